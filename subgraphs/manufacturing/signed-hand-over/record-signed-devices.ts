import type { Caller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { type Batch, batchOf, type Outcome, type Verdict } from "../device/device-batch.ts";
import type { DeviceStatement } from "../device/device-facts.ts";
import { assertMaySign, type KnownKeys } from "../signing-key/signing-key.ts";
import type { OpenedDevice } from "./open-signed-devices.ts";

/** What became of a hand-over, for its signature to be kept with. */
export interface Kept {
  opened: OpenedDevice;
  outcome: Exclude<Outcome, "REFUSED">;
  revision: number;
}

/** What recording needs, within one transaction. */
interface Transaction {
  recording: { record(statements: readonly DeviceStatement[], caller: Caller): Promise<Batch> };
  signingKeys: { byId: KnownKeys };
  signatures: {
    /** Of these hand-overs, by their places, those that came before, with the revision of then. */
    known(opened: readonly OpenedDevice[]): Promise<Map<number, number>>;
    keep(kept: readonly Kept[]): Promise<void>;
  };
}

type Row = OpenedDevice | DomainError;

/**
 * Records what signed hand-overs say, and keeps their bytes. One that came before changes nothing,
 * whatever has become of the device since: it answers the revision of then.
 */
export async function recordSignedDevices(
  { recording, signingKeys, signatures }: Transaction,
  opened: readonly Row[],
  caller: Caller,
): Promise<Batch> {
  const rows = await Promise.all(opened.map((row) => stillSigned(row, signingKeys.byId)));
  const open = rows.filter(isOpened);
  const known = await signatures.known(open);
  const fresh = open.filter((_, place) => !known.has(place));
  const { verdicts } = await recording.record(
    fresh.map(({ statement }) => statement),
    caller,
  );
  await signatures.keep(fresh.flatMap((row, place) => keptOf(row, verdicts[place])));
  const found = new Map<Row, Verdict>();
  fresh.forEach((row, place) => {
    const verdict = verdicts[place];
    if (verdict) found.set(row, verdict);
  });
  open.forEach((row, place) => {
    const revision = known.get(place);
    if (revision !== undefined) found.set(row, answer(row, "UNCHANGED", { revision }));
  });
  return batchOf(
    rows.map((row, index) => {
      const verdict = row instanceof DomainError ? refusal(row, opened[index]) : found.get(row);
      if (!verdict) throw new Error("a signed hand-over has no verdict");
      return { ...verdict, index };
    }),
  );
}

function isOpened(row: Row): row is OpenedDevice {
  return !(row instanceof DomainError);
}

/** A key may have been revoked since the signature was checked. */
async function stillSigned(row: Row, keys: KnownKeys): Promise<Row> {
  if (row instanceof DomainError) return row;
  const key = await keys.load(row.keyId);
  try {
    assertMaySign(key, row.keyId);
    return row;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

function keptOf(opened: OpenedDevice, verdict: Verdict | undefined): Kept[] {
  if (!verdict || verdict.outcome === "REFUSED" || verdict.revision === null) return [];
  return [{ opened, outcome: verdict.outcome, revision: verdict.revision }];
}

/** Nothing in a payload is believed, nor repeated, before its signature is found to hold. */
function refusal(
  { code, message, details: { field } }: DomainError,
  row: Row | undefined,
): Verdict {
  const refused = { code, message, field: typeof field === "string" ? field : null };
  const opened = row instanceof DomainError ? undefined : row;
  return answer(opened, "REFUSED", { revision: null, ...refused });
}

function answer(
  row: OpenedDevice | undefined,
  outcome: Outcome,
  more: Pick<Verdict, "revision"> & Partial<Verdict>,
): Verdict {
  const serialNumber = row?.statement.serialNumber ?? null;
  return { index: 0, serialNumber, outcome, code: null, message: null, field: null, ...more };
}
