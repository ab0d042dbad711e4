import { ComponentStories, type DemoInstallation } from "./component-story.ts";
import { type DemoDevice, DeviceStories } from "./device-story.ts";
import { Fates } from "./fate.ts";
import { type DemoOptions, type Lot, lotOf, type Plan, planProduction } from "./plan.ts";

/** The demo factory: tells every device's story, in any order, always the same. */
export class DemoFactory {
  readonly plan: Plan;
  readonly fates: Fates;
  readonly components: ComponentStories;
  private readonly stories: DeviceStories;

  constructor(options: DemoOptions) {
    this.plan = planProduction(options);
    this.fates = new Fates(this.plan);
    this.stories = new DeviceStories(this.plan);
    this.components = new ComponentStories(this.plan);
  }

  /** One device by its number, from 0. */
  device(index: number): DemoDevice {
    return this.tell(lotOf(this.plan, index), index);
  }

  /** All devices in the order of production, one at a time. */
  *devices(from = 0, to = this.plan.devices): Generator<DemoDevice, void, undefined> {
    for (const lot of this.plan.lots) {
      const last = Math.min(to, lot.firstDevice + lot.size);
      for (let index = Math.max(from, lot.firstDevice); index < last; index++) {
        yield this.tell(lot, index);
      }
    }
  }

  /** What was installed in a device and its components, ever. */
  builtOf(device: DemoDevice): DemoInstallation[] {
    const lot = lotOf(this.plan, device.index);
    const fate = this.components.fateOf(lot, this.fates.of(lot, device.index));
    return this.components.of(device, fate);
  }

  private tell(lot: Lot, index: number): DemoDevice {
    return this.stories.of(lot, this.fates.of(lot, index));
  }
}
