import type {
  Attributes,
  DeviceRecord,
  Phase,
} from "../subgraphs/manufacturing/device/device-record.ts";
import { DAY, dayOf, HOUR, MINUTE, type Micros, SECOND, timestampOf } from "./clock.ts";
import { type DeviceEvent, foldRevisions, type Revision } from "./device-revision.ts";
import { type Fate, isFree } from "./fate.ts";
import { type Lot, type Plan, padded } from "./plan.ts";
import { Random } from "./random.ts";
import { REASONS } from "./reasons.ts";

/** One device with everything that Manufacturing would have recorded about it. */
export interface DemoDevice {
  /** Its number in the demo, from 0, in the order of production. */
  index: number;
  serialNumber: string;
  /** Its cloud identity where it was provisioned. */
  connhexId: string | null;
  provisionedAt: Micros | null;
  model: string;
  /** Oldest first; the last one's record is the device as it is now. */
  revisions: Revision[];
}

/** Who records a link, and whence it comes, as Manufacturing notes it. */
export const LINK_ACTOR = "service:ownership";
const LINK_SOURCE = "provisioning";

/** Tells what happened to each device, from its fate. */
export class DeviceStories {
  private readonly random: Random;

  constructor(private readonly plan: Plan) {
    this.random = new Random(`${plan.seed} ${plan.devices}`, "stories");
  }

  of(lot: Lot, fate: Fate): DemoDevice {
    const random = this.random.startAt(fate.index);
    const connhexId = random.uuid();
    const events: DeviceEvent[] = [];
    const packedAt = new Line(random, lot, fate, events).run();
    addCorrections(random, lot, fate, { events, packedAt });
    let provisionedAt: Micros | null = null;
    if (fate.isProvisioned) {
      provisionedAt = packedAt + random.between(DAY, 6 * DAY);
      events.push({ ...linkEvent(provisionedAt), changes: { connhexId } });
    }
    return {
      index: fate.index,
      serialNumber: fate.serialNumber,
      connhexId: provisionedAt === null ? null : connhexId,
      provisionedAt,
      model: lot.model.name,
      revisions: foldRevisions(events, this.plan.present),
    };
  }
}

function linkEvent(at: Micros): Omit<DeviceEvent, "changes"> {
  return { at, effectiveAt: at, actor: LINK_ACTOR, reason: null, source: LINK_SOURCE };
}

/** The way through the factory: four phases, with reworks and quarantine on the way. */
class Line {
  constructor(
    private readonly random: Random,
    private readonly lot: Lot,
    private readonly fate: Fate,
    private readonly events: DeviceEvent[],
  ) {}

  /** Adds the events, and answers when the last of them was recorded. */
  run(): Micros {
    const { random, lot, fate } = this;
    const { model } = lot;
    this.record("MANUFACTURING", fate.producedAt, firstRecord(lot, fate), {
      boardVendor: lot.boardVendor,
      capacitorBatch: fate.capacitorBatchAtFirst,
      ...(fate.solderBatch !== null && { solderBatch: fate.solderBatch }),
    });
    let at = fate.producedAt + random.between(2 * HOUR, 8 * HOUR);
    const hasCircuit = model.refrigerantGrams !== null;
    const charge = { refrigerantGrams: (model.refrigerantGrams ?? 0) + random.between(-6, 6) };
    this.record("FINAL_ASSEMBLY", at, {}, hasCircuit ? charge : undefined);
    at += random.between(HOUR, 20 * HOUR);
    const calibration = {
      // Decimals are kept as text.
      calibrationOffset: String(random.between(-80, 80) / 100),
      calibratedOn: dayOf(at),
    };
    this.record(
      "TESTING",
      at,
      { fwVersion: fate.fwVersionAtFirst },
      { ...(hasCircuit && { leakTested: true }), ...(!fate.isCalibrationLate && calibration) },
    );
    const testedAt = at;
    if (fate.isReworked) at = this.rework(at);
    at = this.judge(at);
    if (isFree(fate.disposition)) {
      at += random.between(30 * MINUTE, 5 * HOUR);
      this.record("PACKAGING", at, packed(lot, fate.index - lot.firstDevice));
    }
    if (fate.isCalibrationLate)
      this.recordLate(testedAt, at + random.between(HOUR, DAY), calibration);
    return at;
  }

  private record(
    phase: Phase,
    effectiveAt: Micros,
    changes: Partial<DeviceRecord>,
    attributes?: Attributes,
  ): void {
    const { line, operator } = this.station(phase);
    Object.assign(changes, { phase, site: this.lot.site.code, line, operator });
    this.events.push({
      at: effectiveAt + this.random.between(SECOND, 40 * SECOND),
      effectiveAt,
      actor: `line-${this.lot.site.code.toLowerCase()}`,
      reason: null,
      source: "mes",
      changes,
      ...(attributes && { attributes }),
    });
  }

  /** A measurement of a station that was offline: recorded after the packaging, true before it. */
  private recordLate(effectiveAt: Micros, at: Micros, attributes: Attributes): void {
    this.events.push({
      ...{ at, effectiveAt, actor: `line-${this.lot.site.code.toLowerCase()}`, reason: null },
      ...{ source: "offline-station", changes: {}, attributes },
    });
  }

  /** Back to final assembly with a reason, and tested again. */
  private rework(testedAt: Micros): Micros {
    const backAt = testedAt + this.random.between(HOUR, 30 * HOUR);
    const phase = "FINAL_ASSEMBLY";
    this.correct(backAt, REASONS.rework, { phase, ...this.station(phase) });
    const againAt = backAt + this.random.between(HOUR, 20 * HOUR);
    this.record("TESTING", againAt, {});
    return againAt;
  }

  private judge(testedAt: Micros): Micros {
    const { random, fate } = this;
    if (fate.disposition === "RELEASED") return testedAt;
    const heldAt = testedAt + random.between(10 * MINUTE, 3 * HOUR);
    this.correct(heldAt, REASONS.quarantine, { disposition: "QUARANTINED" });
    if (fate.disposition === "QUARANTINED") return heldAt;
    const decidedAt = heldAt + random.between(DAY, 5 * DAY);
    if (fate.disposition === "SCRAPPED") {
      this.correct(decidedAt, REASONS.scrap, { disposition: "SCRAPPED" });
    } else this.correct(decidedAt, REASONS.release, { disposition: "RELEASED" });
    return decidedAt;
  }

  private correct(at: Micros, reasons: readonly string[], changes: Partial<DeviceRecord>): void {
    this.events.push(correction(this.random, { at, effectiveAt: at, reasons, changes }));
  }

  private station(phase: Phase): { line: string; operator: string } {
    const { site, boardLine } = this.lot;
    const lines = {
      MANUFACTURING: [boardLine],
      FINAL_ASSEMBLY: site.assemblyLines,
      TESTING: site.testLines,
      PACKAGING: site.packagingLines,
    }[phase];
    const line = this.random.pick(lines);
    return {
      line,
      operator: `op-${site.letter.toLowerCase()}${padded(this.random.between(1, 40), 3)}`,
    };
  }
}

function firstRecord(lot: Lot, fate: Fate): Partial<DeviceRecord> {
  const { model } = lot;
  const revisions = model.hardwareRevisions;
  const other = revisions.find((name) => name !== lot.hardwareRevision) ?? lot.hardwareRevision;
  return {
    serialNumber: fate.serialNumber,
    partNumber: model.partNumber,
    pcbPartNumber: model.pcbPartNumber,
    hardwareRevision: fate.isHardwareRevisionMistyped ? other : lot.hardwareRevision,
    deviceType: model.deviceType,
    lotCode: fate.lotCodeAtFirst,
    workOrder: lot.workOrder,
    productionOrder: lot.productionOrder,
    disposition: "RELEASED",
    producedAt: timestampOf(fate.producedAt),
  };
}

function packed(lot: Lot, position: number): Pick<DeviceRecord, "palletId" | "packageId"> {
  const inLot = Math.floor(position / lot.model.packageSize);
  return {
    packageId: `PK-${padded(lot.index + 1, 4)}-${padded(inLot + 1, 4)}`,
    palletId: palletId(lot, Math.floor(inLot / lot.model.palletPackages)),
  };
}

function palletId(lot: Lot, inLot: number): string {
  return `PL-${padded(lot.index + 1, 4)}-${padded(inLot + 1, 2)}`;
}

/** What engineering found out after the packaging. */
function addCorrections(
  random: Random,
  lot: Lot,
  fate: Fate,
  { events, packedAt }: { events: DeviceEvent[]; packedAt: Micros },
): void {
  const add = (reasons: readonly string[], what: Partial<DeviceEvent>, fromTheStart: boolean) => {
    const at = packedAt + random.between(12 * HOUR, 16 * DAY);
    const effectiveAt = fromTheStart ? fate.producedAt : at;
    events.push({ ...correction(random, { at, effectiveAt, reasons, changes: {} }), ...what });
  };
  if (fate.lotCodeAtFirst !== lot.lotCode) {
    add(REASONS.lotCode, { changes: { lotCode: lot.lotCode } }, true);
  }
  if (fate.capacitorBatch !== fate.capacitorBatchAtFirst) {
    const attributes = { capacitorBatch: fate.capacitorBatch };
    add(REASONS.capacitorBatch, { attributes }, true);
  }
  if (fate.isHardwareRevisionMistyped) {
    add(REASONS.hardwareRevision, { changes: { hardwareRevision: lot.hardwareRevision } }, true);
  }
  if (fate.fwVersion !== fate.fwVersionAtFirst) {
    add(REASONS.firmware, { changes: { fwVersion: fate.fwVersion } }, false);
  }
  if (fate.isMovedToAnotherPallet && isFree(fate.disposition)) {
    const { packageSize, palletPackages } = lot.model;
    const pallet = Math.floor((fate.index - lot.firstDevice) / (packageSize * palletPackages));
    const other = pallet > 0 ? pallet - 1 : pallet + 1;
    add(REASONS.pallet, { changes: { palletId: palletId(lot, other) } }, false);
  }
}

function correction(
  random: Random,
  {
    reasons,
    ...event
  }: Pick<DeviceEvent, "at" | "effectiveAt" | "changes"> & { reasons: readonly string[] },
): DeviceEvent {
  const actor = `eng-${padded(random.between(1, 12), 2)}`;
  return { ...event, actor, reason: random.pick(reasons), source: "back-office" };
}
