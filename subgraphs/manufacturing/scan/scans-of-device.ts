import type { Caller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { DeviceFacts } from "../device/device-facts.ts";
import type { KnownDevice } from "../device/device-record.ts";
import type { Revision } from "../device/device-revision.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import type { DueRevision } from "./late-scan.ts";
import {
  judgeScan,
  type KnownHistory,
  knownAfter,
  type ScanAnswer,
  type ScanStatement,
} from "./scan.ts";

/** A scan that came for the first time, and what it says. */
export interface ReadScan {
  scan: ScanStatement;
  facts: DeviceFacts;
}

/** A revision that a scan makes due, with who says it and why. */
export type StampedRevision = DueRevision & {
  actor: string;
  reason: string | null;
  source: string;
};

/** Whether a scan was made before one that stands before it: a clock was set back. */
export function isOutOfTime(scans: readonly ReadScan[]): boolean {
  return scans.some(({ scan }, place) => {
    const before = scans[place - 1];
    return before !== undefined && before.scan.scannedAt > scan.scannedAt;
  });
}

export function earliest(scans: readonly ReadScan[]): Timestamp {
  const [first] = scans.map(({ scan }) => scan.scannedAt).sort();
  if (first === undefined) throw new Error("a device without a scan");
  return first;
}

/** Judges the scans of one device in their order, each against what those before it have left. */
export function judgeScansOfDevice(
  scans: readonly ReadScan[],
  known: { present: KnownDevice; revisions: readonly Revision[] | null } | null,
  { caller, definitions }: { caller: Caller; definitions: readonly FieldDefinition[] },
): { answers: ScanAnswer[]; revisions: StampedRevision[] } {
  let history: KnownHistory | null = known;
  const answers: ScanAnswer[] = [];
  const revisions: StampedRevision[] = [];
  for (const { scan, facts } of scans) {
    const { station, sequence, scannedAt } = scan;
    try {
      const due = judgeScan(history, facts, { scannedAt, definitions });
      const isNew = history === null;
      history = knownAfter(history, known?.present.deviceId ?? 0, due);
      const outcome = due.length === 0 ? "UNCHANGED" : isNew ? "RECORDED" : "REVISED";
      answers.push({
        serialNumber: facts.serialNumber,
        outcome,
        revision: history?.present.revision ?? null,
        code: null,
        message: null,
        field: null,
      });
      for (const one of due) {
        const reason = one.isRestated ? `told again after scan ${sequence} of ${station}` : null;
        revisions.push({ ...one, actor: caller.subject, reason, source: station });
      }
    } catch (error) {
      answers.push(refusedScan(facts.serialNumber, history, error));
    }
  }
  return { answers, revisions };
}

/** The answer that says a refusal. Anything but a refusal is a fault, and goes on its way. */
export function refusedScan(
  serialNumber: string | null,
  known: KnownHistory | null,
  error: unknown,
): ScanAnswer {
  if (!(error instanceof DomainError)) throw error;
  const { field } = error.details;
  return {
    serialNumber,
    outcome: "REFUSED",
    revision: known?.present.revision ?? null,
    code: error.code,
    message: error.message,
    field: typeof field === "string" ? field : null,
  };
}
