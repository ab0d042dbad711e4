import type { Caller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import type { DeviceRow } from "./device.store.ts";
import { assertPresentRevision, judgeCorrection, judgeRecord } from "./device.ts";
import { type Batch, batchOf, type Verdict } from "./device-batch.ts";
import { type DeviceFacts, type DeviceStatement, readFacts } from "./device-facts.ts";
import { type DeviceWriter, type Judgement, type Row, stampOf } from "./device-writer.store.ts";

/** What a caller says of a device. */
export interface Said {
  statement: DeviceStatement;
  caller: Caller;
}

/** Records and corrects devices, within one transaction. */
export class DeviceRecording {
  constructor(
    private readonly writer: Pick<DeviceWriter, "settle">,
    private readonly definitions: () => Promise<FieldDefinition[]>,
  ) {}

  /** Judges every row by itself; a refused row loses nothing but itself. */
  async record(statements: readonly DeviceStatement[], caller: Caller): Promise<Batch> {
    return batchOf(await this.verdictsOf(statements.map((statement) => ({ statement, caller }))));
  }

  /** As `record` of one statement each, by callers of one tenant; no two name the same device. */
  async recordEach(said: readonly Said[]): Promise<Batch[]> {
    const verdicts = await this.verdictsOf(said);
    return verdicts.map((verdict) => batchOf([{ ...verdict, index: 0 }]));
  }

  private async verdictsOf(said: readonly Said[]): Promise<Verdict[]> {
    const definitions = await this.definitions();
    const byName = new Map(definitions.map((definition) => [definition.name, definition]));
    const seen = new Set<string>();
    const verdicts: Verdict[] = [];
    const rows: (Row<Verdict> & { index: number })[] = [];
    said.forEach(({ statement, caller }, index) => {
      const { serialNumber } = statement;
      try {
        assertFirstInBatch(serialNumber, seen);
        const facts = readFacts(statement, byName, Date.now());
        const judge = (known: DeviceRow | null) =>
          judged(index, facts, known, { definitions, caller });
        rows.push({ index, serialNumber, judge });
      } catch (error) {
        verdicts[index] = refusal(index, serialNumber, null, error);
      }
    });
    const settled = await this.writer.settle(rows);
    rows.forEach(({ index, serialNumber }, place) => {
      verdicts[index] =
        settled[place] ?? refusal(index, serialNumber, null, concurrentChange(serialNumber));
    });
    return verdicts;
  }

  /** Throws STALE_REVISION, naming the present one, where the device is not at the expected one. */
  async correct(
    { statement, caller }: Said,
    { reason, expectedRevision }: { reason: string; expectedRevision: number },
  ): Promise<void> {
    const definitions = await this.definitions();
    const byName = new Map(definitions.map((definition) => [definition.name, definition]));
    const facts = readFacts(statement, byName, Date.now());
    const [done] = await this.writer.settle<true>([
      {
        serialNumber: facts.serialNumber,
        judge: (known) => {
          if (!known) throw new DomainError("NOT_FOUND", `${facts.serialNumber} is not recorded`);
          assertPresentRevision(known, expectedRevision);
          const due = judgeCorrection(known, facts, definitions);
          return { result: true, change: { ...due, ...stampOf(caller, facts, reason) } };
        },
      },
    ]);
    if (!done) throw concurrentChange(facts.serialNumber);
  }
}

function judged(
  index: number,
  facts: DeviceFacts,
  known: DeviceRow | null,
  { definitions, caller }: { definitions: readonly FieldDefinition[]; caller: Caller },
): Judgement<Verdict> {
  const answer = (outcome: Verdict["outcome"], revision: number): Verdict => ({
    index,
    serialNumber: facts.serialNumber,
    outcome,
    revision,
    code: null,
    message: null,
    field: null,
  });
  try {
    const due = judgeRecord(known, facts, definitions);
    if (!due) return { result: answer("UNCHANGED", known?.revision ?? 0), change: null };
    const result = known ? answer("REVISED", known.revision + 1) : answer("RECORDED", 1);
    return { result, change: { ...due, ...stampOf(caller, facts) } };
  } catch (error) {
    return { result: refusal(index, facts.serialNumber, known, error), change: null };
  }
}

function assertFirstInBatch(serialNumber: string, seen: Set<string>): void {
  if (seen.has(serialNumber)) {
    throw new DomainError(
      "DUPLICATE_IN_BATCH",
      `${excerpt(serialNumber)} stands in the batch before; only its first row counts`,
      { field: "serialNumber" },
    );
  }
  seen.add(serialNumber);
}

function concurrentChange(serialNumber: string): DomainError {
  return new DomainError("CONCURRENT_CHANGE", `${serialNumber} is being changed by others`, {
    serialNumber,
  });
}

/** The verdict that says a refusal. Anything but a refusal is a fault, and goes on its way. */
function refusal(
  index: number,
  serialNumber: string,
  known: DeviceRow | null,
  error: unknown,
): Verdict {
  if (!(error instanceof DomainError)) throw error;
  const field = error.details.field;
  return {
    index,
    serialNumber,
    outcome: "REFUSED",
    revision: known?.revision ?? null,
    code: error.code,
    message: error.message,
    field: typeof field === "string" ? field : null,
  };
}
