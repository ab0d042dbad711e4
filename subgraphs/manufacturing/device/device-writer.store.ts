import type { Caller } from "../../../shared/caller.ts";
import type { PersonKeys } from "../../../shared/ledger-store/person-keys.store.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { FIELDS_WITH_RECORDED_VALUES } from "../recall-scope/criterion-field.ts";
import { type DeviceRow, DeviceStore } from "./device.store.ts";
import type { DueChange } from "./device.ts";
import type { FieldValue, KnownValues } from "./known-values.ts";
import {
  type Due,
  INSERT_NEW,
  type NewValue,
  REVISE_KNOWN,
  type Stamp,
  type WrittenRow,
  writingParameters,
} from "./writing-statements.store.ts";

/** The stamp of what a caller says. */
export function stampOf(
  caller: Caller,
  { source, effectiveAt }: { source: string | null; effectiveAt: Timestamp | null },
  reason: string | null = null,
): Stamp {
  return { actor: caller.subject, reason, source: source ?? caller.client, effectiveAt };
}

/** A row of a batch: its device, and the rule that judges it against what is known of it. */
export interface Row<Result> {
  serialNumber: string;
  judge(known: DeviceRow | null): Judgement<Result>;
}

/** What becomes of a row, provided that its change, where it has one, can be written. */
export interface Judgement<Result> {
  result: Result;
  change: (DueChange & Stamp) | null;
  /** Further revisions of the device, each after the one before; only where there is a change. */
  further?: readonly (DueChange & Stamp)[];
}

/** Somebody else took an identifier between judging and writing: begin the transaction again. */
export class IdentifierTaken extends Error {}

const CLAIM = statement(
  "claim_identifiers",
  `INSERT INTO device_identifier (tenant, kind, value, device_id)
   SELECT $1, $2, claim.value, claim.device_id
   FROM unnest($3::text[], $4::bigint[]) AS claim (value, device_id) ORDER BY claim.value
   ON CONFLICT DO NOTHING RETURNING value`,
);

/** What a writer needs beside its transaction. */
export interface WriterParts {
  definitions: () => Promise<FieldDefinition[]>;
  /** Ids for new devices, reserved before the transaction began. */
  nextId: () => number;
  knownValues: KnownValues;
  /** By what entries name people; null where nothing is entered into the log. */
  people: PersonKeys | null;
}

/**
 * The one way in which devices change: within the transaction that it is made for, each change
 * becomes a revision, the device's present state, its memberships and its identifiers, together or
 * not at all.
 */
export class DeviceWriter {
  /** Values that this transaction was the first to record: they are known once it is committed. */
  private readonly ownValues = new Set<string>();

  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
    private readonly parts: WriterParts,
  ) {}

  /**
   * Judges the rows, each of another device, and writes what is due. A row whose device somebody
   * else changed meanwhile is judged again; null where that happened at each try. `beforeJudging`
   * is told the devices each time, for rules that need more of them than how they are now.
   */
  async settle<Result>(
    rows: readonly Row<Result>[],
    beforeJudging: (devices: readonly DeviceRow[]) => Promise<void> = async () => undefined,
  ): Promise<(Result | null)[]> {
    const results = new Map<string, Result>();
    let pending = rows;
    for (let attempt = 1; attempt <= LIMITS.judgingTries && pending.length > 0; attempt++) {
      pending = await this.attempt(pending, results, beforeJudging);
    }
    return rows.map(({ serialNumber }) => results.get(serialNumber) ?? null);
  }

  private async attempt<Result>(
    rows: readonly Row<Result>[],
    results: Map<string, Result>,
    beforeJudging: (devices: readonly DeviceRow[]) => Promise<void>,
  ): Promise<Row<Result>[]> {
    const devices = new DeviceStore(this.sql, this.tenant);
    const known = await devices.recorded(rows.map((row) => row.serialNumber));
    await beforeJudging([...known.values()]);
    const judged = rows.map((row) => {
      const device = known.get(row.serialNumber) ?? null;
      return { row, device, ...row.judge(device) };
    });
    const due = judged.flatMap(({ change, device, further }) =>
      change ? [{ ...this.due(change, device), further: further ?? [] }] : [],
    );
    const written = await this.write(due);
    await this.writeFurther(due.filter((one) => written.has(serialNumberOf(one))));
    const isSettled = ({ row, change }: (typeof judged)[number]) =>
      change === null || written.has(row.serialNumber);
    for (const one of judged.filter(isSettled)) results.set(one.row.serialNumber, one.result);
    return judged.filter((one) => !isSettled(one)).map(({ row }) => row);
  }

  private due(change: DueChange & Stamp, known: DeviceRow | null): Due {
    return {
      known,
      deviceId: known?.deviceId ?? this.parts.nextId(),
      revision: (known?.revision ?? 0) + 1,
      change,
    };
  }

  /** The serial numbers of the devices that were written. */
  private async write(due: readonly Due[]): Promise<Set<string>> {
    const fresh = due.filter(({ known }) => known === null);
    const claimed = await this.claim("serialNumber", fresh);
    // In one order, so that batches that overlap wait for each other and do not block each other.
    const revised = due
      .filter(({ known }) => known !== null)
      .sort((one, other) => one.deviceId - other.deviceId);
    const written = [
      ...(await this.send(
        INSERT_NEW,
        fresh.filter((one) => claimed.has(serialNumberOf(one))),
      )),
      ...(await this.send(REVISE_KNOWN, revised)),
    ];
    const linked = written.filter(({ change }) => change.changed.includes("connhexId"));
    const links = await this.claim("connhexId", linked);
    // Only a race gets here: the rules have seen that the connhexId was free.
    if (links.size < linked.length) throw new IdentifierTaken();
    return new Set(written.map(serialNumberOf));
  }

  /** Nobody else comes between: a device that was written is locked until the transaction ends. */
  private async writeFurther(first: readonly (Due & Pick<Judgement<unknown>, "further">)[]) {
    let before = first;
    while (before.length > 0) {
      const next = before.flatMap(({ further: [change, ...further] = [], ...due }) => {
        if (!change) return [];
        const known = { ...due.known, ...due.change.record } as DeviceRow;
        return [{ ...due, known, revision: due.revision + 1, change, further }];
      });
      const written = await this.write(next);
      if (written.size < next.length) throw new Error("a device changed while it was locked");
      before = next;
    }
  }

  /** The values that were free, and are these devices' now. */
  private async claim(
    kind: "serialNumber" | "connhexId",
    due: readonly Due[],
  ): Promise<Set<string>> {
    if (due.length === 0) return new Set();
    const rows = await this.sql.rows<{ value: string }>(CLAIM, [
      this.tenant,
      kind,
      due.map(({ change }) => change.record[kind]),
      due.map(({ deviceId }) => deviceId),
    ]);
    return new Set(rows.map(({ value }) => value));
  }

  private async send(text: typeof INSERT_NEW, due: readonly Due[]): Promise<Due[]> {
    if (due.length === 0) return [];
    const definitions = await this.parts.definitions();
    const values = this.newValuesOf(due);
    const actors = [...new Set(due.map(({ change }) => change.actor))];
    const persons = (await this.parts.people?.find(this.sql, this.tenant, actors)) ?? null;
    const parameters = writingParameters(this.tenant, due, { definitions, values, persons });
    const rows = await this.sql.rows<WrittenRow>(text, parameters);
    const written = new Set(rows.map(({ deviceId }) => deviceId));
    const done = due.filter(({ deviceId }) => written.has(deviceId));
    if (done.length === due.length) this.learn(values, rows);
    return done;
  }

  /** The values of fields of few values that are not known to be recorded, each with its devices. */
  private newValuesOf(due: readonly Due[]): NewValue[] {
    const found = new Map<string, NewValue>();
    for (const { deviceId, change } of due) {
      for (const field of FIELDS_WITH_RECORDED_VALUES) {
        const value = change.record[field];
        if (value === null || this.parts.knownValues.has(this.tenant, { field, value })) continue;
        if (!change.changed.includes(field)) continue;
        const key = nameOf({ field, value });
        const same = found.get(key);
        if (same) same.deviceIds.push(deviceId);
        else found.set(key, { field, value, deviceIds: [deviceId] });
      }
    }
    return [...found.values()];
  }

  /** What was not new stands there for good, unless this very transaction has written it. */
  private learn(values: readonly NewValue[], rows: readonly WrittenRow[]): void {
    for (const row of rows) if (row.deviceId === null) this.ownValues.add(nameOf(row));
    for (const one of values) {
      if (!this.ownValues.has(nameOf(one))) this.parts.knownValues.add(this.tenant, one);
    }
  }
}

function nameOf({ field, value }: FieldValue): string {
  return `${field} ${value}`;
}

function serialNumberOf({ change }: Due): string {
  return change.record.serialNumber;
}
