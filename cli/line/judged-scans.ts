import type { JournalRecord, JournalScan, JournalVerdict } from "./journal-record.ts";

/** A scan of a journal with what was said of it; null where nobody has judged it yet. */
export interface JudgedScan {
  scan: JournalScan;
  verdict: JournalVerdict | null;
}

/**
 * The scans of a journal with their verdicts, in constant memory: both stand in the order of their
 * numbers, so that the journal is read twice side by side.
 */
export async function* judgedScans(
  records: () => AsyncIterable<JournalRecord>,
): AsyncGenerator<JudgedScan> {
  const verdicts = verdictsOf(records());
  try {
    let next = await verdicts.next();
    for await (const scan of records()) {
      if (scan.kind !== "scan") continue;
      while (!next.done && next.value.sequence < scan.sequence) next = await verdicts.next();
      const isJudged = !next.done && next.value.sequence === scan.sequence;
      yield { scan, verdict: isJudged ? (next.value as JournalVerdict) : null };
    }
  } finally {
    await verdicts.return(undefined);
  }
}

async function* verdictsOf(records: AsyncIterable<JournalRecord>): AsyncGenerator<JournalVerdict> {
  for await (const record of records) if (record.kind === "verdict") yield record;
}

/** The refused scans that nobody has made again, or made again to no avail. */
export async function refusedScans(scans: AsyncIterable<JudgedScan>): Promise<JournalScan[]> {
  const refused = new Map<number, JournalScan>();
  for await (const { scan, verdict } of scans) {
    if (scan.retryOf !== undefined) refused.delete(scan.retryOf);
    if (verdict?.outcome === "REFUSED") refused.set(scan.sequence, scan);
  }
  return [...refused.values()];
}
