import type { Event, EventType } from "../../../shared/events/event.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Disposition, Phase } from "../device/device-record.ts";

/** What of a revision other systems are told; of people it has nothing. */
export interface ToldRevision {
  deviceId: number;
  revision: number;
  recordedAt: Timestamp;
  serialNumber: string;
  connhexId: string | null;
  phase: Phase | null;
  disposition: Disposition;
  changed: readonly string[];
  /** Corrections alone have a reason. */
  isCorrection: boolean;
}

const TYPE_OF_DISPOSITION: Readonly<Record<Disposition, EventType>> = {
  QUARANTINED: "device.quarantined",
  SCRAPPED: "device.scrapped",
  RELEASED: "device.released",
};

/** The one type of a revision: the first of these that it is. */
export function eventTypeOf({
  revision,
  changed,
  disposition,
  isCorrection,
}: Pick<ToldRevision, "revision" | "changed" | "disposition" | "isCorrection">): EventType {
  if (revision === 1) return "device.recorded";
  if (changed.includes("disposition")) return TYPE_OF_DISPOSITION[disposition];
  if (changed.includes("connhexId")) return "device.linked";
  return isCorrection ? "device.corrected" : "device.revised";
}

/** A revision as other systems are told of it. */
export function deviceEvent(tenant: string, told: ToldRevision): Event {
  const { deviceId, revision, recordedAt, changed } = told;
  const { serialNumber, connhexId, phase, disposition } = told;
  return {
    id: `manufacturing.device-${deviceId}.${revision}`,
    type: eventTypeOf(told),
    timestamp: recordedAt,
    tenant,
    data: { serialNumber, connhexId, revision, phase, disposition, changed },
  };
}
