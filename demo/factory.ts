import { type DemoDevice, DeviceStories } from "./device-story.ts";
import { Fates } from "./fate.ts";
import { type DemoOptions, type Lot, lotOf, type Plan, planProduction } from "./plan.ts";

/** The demo factory: tells every device's story, in any order, always the same. */
export class DemoFactory {
  readonly plan: Plan;
  readonly fates: Fates;
  private readonly stories: DeviceStories;

  constructor(options: DemoOptions) {
    this.plan = planProduction(options);
    this.fates = new Fates(this.plan);
    this.stories = new DeviceStories(this.plan);
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

  private tell(lot: Lot, index: number): DemoDevice {
    return this.stories.of(lot, this.fates.of(lot, index));
  }
}
