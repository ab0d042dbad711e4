import type { Caller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import { isPlainText } from "../../../shared/text.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { readFacts } from "../device/device-facts.ts";
import type { Revision } from "../device/device-revision.ts";
import type { DeviceWriter, Row } from "../device/device-writer.store.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { LIMITS } from "../limits.ts";
import { readKnownRevisions } from "./known-revisions.store.ts";
import { ScanStore } from "./scan.store.ts";
import {
  assertFitScan,
  hashOfScan,
  type KeptScan,
  keptAnswer,
  type ScanAnswer,
  type ScanBatch,
  type ScanStatement,
  type ScanVerdict,
} from "./scan.ts";
import {
  earliest,
  isOutOfTime,
  judgeScansOfDevice,
  type ReadScan,
  refusedScan,
} from "./scans-of-device.ts";
import { type StationRow, StationStore } from "./station.store.ts";

/** A scan that came for the first time, and its places in the batch. */
interface FreshScan {
  scan: ScanStatement;
  contentHash: string;
  places: number[];
}
type Sorted = { fresh: Map<string, FreshScan>; verdicts: ScanVerdict[] };

/** Records scans, within one transaction: each once, under its station's number. */
export class ScanRecording {
  private readonly stations: StationStore;
  private readonly scans: ScanStore;

  constructor(
    private readonly sql: Sql,
    private readonly caller: Caller,
    private readonly writer: DeviceWriter,
    private readonly definitions: () => Promise<FieldDefinition[]>,
  ) {
    this.stations = new StationStore(sql, caller.tenant);
    this.scans = new ScanStore(sql, caller.tenant);
  }

  /** Those of one station are judged in the order of their numbers, whatever the batch's is. */
  async record(statements: readonly ScanStatement[]): Promise<ScanBatch> {
    for (const statement of statements) assertFitScan(statement);
    const journals = new Map<string, string>();
    for (const { station, journal } of statements) {
      if (!journals.has(station)) journals.set(station, journal);
    }
    const { stations, receivedAt } = await this.stations.begin(journals, this.caller.subject);
    const kept = new Map((await this.scans.kept(statements)).map((scan) => [keyOf(scan), scan]));
    const { fresh, verdicts } = sortOut(statements, stations, kept);
    const answers = await this.judge([...fresh.values()].map(({ scan }) => scan));
    const news = [...fresh.values()].map(({ places, contentHash, scan }) => {
      const answer = answers.get(scan) as ScanAnswer;
      for (const [nth, index] of places.entries()) {
        verdicts[index] = verdictOf(scan, index, answer, nth === 0 ? "FIRST" : "DUPLICATE");
      }
      const { station, sequence, journal, scannedAt, retryOf = null } = scan;
      const about = { ...answer, serialNumber: asKept(answer.serialNumber) };
      return { ...about, station, sequence, journal, scannedAt, retryOf, contentHash };
    });
    await this.scans.keep(news, this.caller.subject);
    return batchOf(verdicts, receivedAt);
  }

  private async judge(
    scans: readonly ScanStatement[],
  ): Promise<ReadonlyMap<ScanStatement, ScanAnswer>> {
    const answers = new Map<ScanStatement, ScanAnswer>();
    const definitions = await this.definitions();
    const byName = new Map(definitions.map((definition) => [definition.name, definition]));
    const devices = new Map<string, ReadScan[]>();
    for (const scan of scans) {
      const { serialNumber } = scan.record;
      try {
        const read = { scan, facts: readFacts(scan.record, byName, Date.now()) };
        const others = devices.get(serialNumber);
        if (others) others.push(read);
        else devices.set(serialNumber, [read]);
      } catch (error) {
        answers.set(scan, refusedScan(serialNumber, null, error));
      }
    }
    let revisions: ReadonlyMap<number, readonly Revision[]> = new Map();
    const rows = [...devices].map(([serialNumber, read]): Row<ScanAnswer[]> => {
      const judge = (known: DeviceRow | null) => {
        const history = known && historyOf(known, revisions);
        const { caller } = this;
        const judged = judgeScansOfDevice(read, history, { caller, definitions });
        const [change = null, ...further] = judged.revisions;
        return { result: judged.answers, change, further };
      };
      return { serialNumber, judge };
    });
    const settled = await this.writer.settle(rows, async (known) => {
      revisions = await this.revisionsOf(known, devices);
    });
    for (const [place, read] of [...devices.values()].entries()) {
      const said = settled[place];
      if (!said) throw new DomainError("CONCURRENT_CHANGE", "devices are being changed by others");
      for (const [at, { scan }] of read.entries()) answers.set(scan, said[at] as ScanAnswer);
    }
    return answers;
  }

  private revisionsOf(
    known: readonly DeviceRow[],
    scans: ReadonlyMap<string, readonly ReadScan[]>,
  ): Promise<ReadonlyMap<number, readonly Revision[]>> {
    const asked = known.map(({ deviceId, serialNumber }) => {
      const read = scans.get(serialNumber) ?? [];
      return { deviceId, since: earliest(read), isNeeded: isOutOfTime(read) };
    });
    return readKnownRevisions(this.sql, this.caller.tenant, asked);
  }
}

/** What is known of a device as it is here; others may have gone on, and then it is judged again. */
function historyOf(present: DeviceRow, revisions: ReadonlyMap<number, readonly Revision[]>) {
  const read = revisions.get(present.deviceId);
  return {
    present,
    revisions: read?.filter(({ revision }) => revision <= present.revision) ?? null,
  };
}

/** Sorts what came before, or under another's number or name, from what is new; in stations' order. */
function sortOut(
  statements: readonly ScanStatement[],
  stations: ReadonlyMap<string, StationRow>,
  kept: ReadonlyMap<string, KeptScan>,
): Sorted {
  const sorted: Sorted = { fresh: new Map(), verdicts: [] };
  const places = [...stations.keys()];
  const inOrder = [...statements.entries()].sort(
    ([, one], [, other]) =>
      places.indexOf(one.station) - places.indexOf(other.station) || one.sequence - other.sequence,
  );
  for (const [index, scan] of inOrder) {
    const key = keyOf(scan);
    const holder = stations.get(scan.station) as StationRow;
    const twin = sorted.fresh.get(key);
    try {
      const before = twin ? asKeptScan(twin) : (kept.get(key) ?? null);
      const answer = keptAnswer(scan, before, holder);
      if (twin) twin.places.push(index);
      else if (answer) sorted.verdicts[index] = verdictOf(scan, index, answer, "DUPLICATE");
      else sorted.fresh.set(key, { scan, contentHash: hashOfScan(scan), places: [index] });
    } catch (error) {
      const answer = refusedScan(scan.record.serialNumber, null, error);
      sorted.verdicts[index] = verdictOf(scan, index, answer, "NOT_KEPT");
    }
  }
  return sorted;
}

/** A scan of this batch as its next copy finds it; what is said of it is not known yet. */
function asKeptScan({ scan, contentHash }: FreshScan): KeptScan {
  const { station, sequence, journal } = scan;
  const nothing = { serialNumber: null, revision: null, code: null, message: null, field: null };
  return { ...nothing, outcome: "UNCHANGED", station, sequence, journal, contentHash };
}

function verdictOf(
  { station, sequence }: ScanStatement,
  index: number,
  answer: ScanAnswer,
  arrival: ScanVerdict["arrival"],
): ScanVerdict {
  const { serialNumber, outcome, revision, code, message, field } = answer;
  const said = { serialNumber, outcome, revision, code, message, field };
  return { index, station, sequence, arrival, ...said };
}

function batchOf(verdicts: ScanVerdict[], receivedAt: string): ScanBatch {
  const count = (is: (verdict: ScanVerdict) => boolean) => verdicts.filter(is).length;
  return {
    verdicts,
    recorded: count(({ outcome }) => outcome === "RECORDED"),
    revised: count(({ outcome }) => outcome === "REVISED"),
    unchanged: count(({ outcome }) => outcome === "UNCHANGED"),
    refused: count(({ outcome }) => outcome === "REFUSED"),
    duplicates: count(({ arrival }) => arrival === "DUPLICATE"),
    receivedAt,
  };
}

/** A text that PostgreSQL could not hold is no serial number. */
function asKept(serialNumber: string | null): string | null {
  return isPlainText(serialNumber, LIMITS.serialNumberCharacters) ? serialNumber : null;
}

function keyOf({ station, sequence }: { station: string; sequence: number }): string {
  return `${station} ${sequence}`;
}
