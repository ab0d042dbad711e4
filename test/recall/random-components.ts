import { DAY, timestampOf } from "../../demo/clock.ts";
import type { Random } from "../../demo/random.ts";
import { TENANT } from "../demo/loaded-demo.ts";
import type { FreshDatabase } from "../support/postgres.ts";
import type { RecordedDevice } from "./record.ts";

/** Beyond all ids that a demo takes. */
const FIRST_ID = 50_000_000;
const SUPPLIERS = ["ACME PARTS", "NORDIC CHIPS"];

interface Component {
  id: number;
  supplier: string;
  partNumber: string;
  serialNumber: string | null;
  supplierLot: string | null;
  recordedAt: string;
}
interface Installation {
  id: number;
  parent: number;
  child: number;
  at: string;
  /** When it was removed, and what took its place; empty where it lasts. */
  removedAt: string;
  replacedBy: number | null;
}

/**
 * Components as a bad month leaves them: boards with chips of shared lots, boards that were replaced,
 * a modem that went from device to device, and chips that are, by somebody's mistake, within
 * themselves. Some of it was recorded on each day of the period.
 */
export class RandomComponents {
  private readonly components: Component[] = [];
  private readonly installations: Installation[] = [];
  private next = FIRST_ID;

  constructor(
    private readonly random: Random,
    private readonly period: { from: number; to: number },
  ) {}

  async record(devices: readonly RecordedDevice[], database: FreshDatabase): Promise<void> {
    const chips = Array.from({ length: 60 }, (_, at) => this.component("CHIP", null, `C-${at}`));
    this.loop(chips);
    const modem = this.component("MODEM", "M-1", "M-LOT");
    for (const { deviceId } of devices) {
      if (this.random.chance(0.3)) this.board(deviceId, chips);
      if (this.random.chance(0.002)) this.moveTo(deviceId, modem);
    }
    await database.admin(COMPONENTS, [TENANT, JSON.stringify(this.components)]);
    await database.admin(INSTALLATIONS, [TENANT, JSON.stringify(this.installations)]);
    await database.admin(REMOVALS, [TENANT, JSON.stringify(this.installations)]);
  }

  /** A board with two chips, in a case half of the time; a tenth of the boards was replaced. */
  private board(deviceId: number, chips: readonly Component[]): void {
    const { random } = this;
    const lot = `B-${random.below(80)}`;
    const inCase = random.chance(0.5) ? this.component("CASE", null, `K-${random.below(9)}`) : null;
    if (inCase) this.install(deviceId, inCase.id);
    const made = () => {
      const board = this.component("BOARD", `BOARD-${this.next}`, lot);
      for (let chip = 0; chip < 2; chip++) this.install(board.id, random.pick(chips).id);
      return this.install(inCase?.id ?? deviceId, board.id);
    };
    const first = made();
    if (random.chance(0.1)) this.remove(first, made());
  }

  private moveTo(deviceId: number, modem: Component): void {
    const before = this.installations.findLast(({ child }) => child === modem.id);
    const here = this.install(deviceId, modem.id);
    if (before) this.remove(before, here);
  }

  private loop([one, other, third]: readonly Component[]): void {
    if (!one || !other || !third) return;
    this.install(one.id, other.id);
    this.install(other.id, third.id);
    this.install(third.id, one.id);
  }

  private component(
    partNumber: string,
    serialNumber: string | null,
    supplierLot: string,
  ): Component {
    const id = this.next++;
    const supplier = this.random.pick(SUPPLIERS);
    // The supplier of a lot of cases is not known by its lot alone.
    const lot = this.random.chance(0.05) && serialNumber ? null : supplierLot;
    const recordedAt = timestampOf(this.period.from);
    const component = { id, supplier, partNumber, serialNumber, supplierLot: lot, recordedAt };
    this.components.push(component);
    return component;
  }

  private install(parent: number, child: number): Installation {
    const installation = {
      ...{ id: this.next++, parent, child, at: this.moment(this.period.from) },
      ...{ removedAt: "", replacedBy: null },
    };
    this.installations.push(installation);
    return installation;
  }

  private remove(installation: Installation, by: Installation): void {
    installation.removedAt = this.moment(Date.parse(installation.at) * 1_000);
    installation.replacedBy = by.id;
  }

  private moment(after: number): string {
    const left = Math.max(this.period.to - after, DAY);
    return timestampOf(after + Math.floor(left * this.random.share()));
  }
}

const ROWS = `json_to_recordset($2::json) AS r (id bigint, supplier text, "partNumber" text,
  "serialNumber" text, "supplierLot" text, "recordedAt" timestamptz, parent bigint, child bigint,
  at timestamptz, "removedAt" text, "replacedBy" bigint)`;

const COMPONENTS = `INSERT INTO component (tenant, component_id, supplier, part_number,
    serial_number, supplier_lot, recorded_at, actor)
  SELECT $1, id, supplier, "partNumber", "serialNumber", "supplierLot", "recordedAt", 'test'
  FROM ${ROWS}`;

const INSTALLATIONS = `INSERT INTO installation (tenant, installation_id, parent_id, child_id,
    position, ordinal, quantity, installed_at, recorded_at, actor)
  SELECT $1, id, parent, child, id::text, 1, 1, at, at, 'test' FROM ${ROWS}`;

const REMOVALS = `INSERT INTO removal (tenant, installation_id, removed_at, recorded_at, actor,
    reason, replaced_by)
  SELECT $1, id, "removedAt"::timestamptz, "removedAt"::timestamptz, 'test', 'faulty', "replacedBy"
  FROM ${ROWS} WHERE "removedAt" <> ''`;
