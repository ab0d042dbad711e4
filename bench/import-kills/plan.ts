import type { Random } from "../../demo/random.ts";

/** What must become of a row, whatever is killed. */
export interface PlannedRow {
  /** As the report names it: the first row below the header is line 2. */
  line: number;
  serialNumber: string;
  cells: readonly string[];
  record: "RECORDED" | "REFUSED";
  provision: "PROVISIONED" | "REFUSED" | null;
  /** Of the refusal; null where there is none. */
  refusal: { field: string | null; code: string } | null;
  /** Whether an init key is to be made for it. */
  needsKey: boolean;
  isProtected: boolean;
}

/** A file that is imported, and all that must be known of it afterwards. */
export interface PlannedFile {
  text: string;
  rows: readonly PlannedRow[];
}

const COLUMNS = [
  "serial_number",
  "lot_code",
  "phase",
  "disposition",
  "effective_at",
  "connhex_id",
  "provision.name",
  "provision.init_key",
  "provision.protected",
] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;

/** What is killed. Most of the work is the command line's and the services'. */
export const VICTIMS = ["cli", "gateway", "manufacturing", "ownership", "database"] as const;
export type Victim = (typeof VICTIMS)[number];

export interface PlannedKill {
  victim: Victim;
  /** When it comes, as a part of the time that an undisturbed import takes. */
  after: number;
  /** Whether it waits until the import goes on after the kill before it; others hit the recovery. */
  waitsForProgress: boolean;
}

/** One import, and what is killed meanwhile. */
export interface PlannedImport {
  name: string;
  kills: readonly PlannedKill[];
  /** How long the command line waits for a gateway that is away: short ones give up and are run again. */
  patienceSeconds: number;
}

const PATIENCE_SECONDS = [1, 120] as const;

/** Who is killed, so many times, in turns. */
export function victimsInTurns(victims: readonly Victim[], count: number): Victim[] {
  return Array.from({ length: count }, (_, kill) => victims[kill % victims.length] ?? "cli");
}

/** Imports with some kills each, one after the other, that together kill these. */
export function planImports(
  random: Random,
  victims: readonly Victim[],
  { killsOfAnImport, firstNumber = 0 }: { killsOfAnImport: number; firstNumber?: number },
): PlannedImport[] {
  const imports: PlannedImport[] = [];
  for (let planned = 0; planned < victims.length; planned += killsOfAnImport) {
    const killed = victims.slice(planned, planned + killsOfAnImport);
    imports.push({
      name: `I${firstNumber + imports.length}`,
      kills: killed.map((victim) => ({
        victim,
        // The kills of an import share its time; one that comes when it is done is made again.
        after: (random.share() * 1.2) / killed.length,
        waitsForProgress: random.chance(0.7),
      })),
      patienceSeconds: PATIENCE_SECONDS[random.below(2)] ?? 1,
    });
  }
  return imports;
}

/** A file of new devices of many kinds; most ask for a cloud identity, some are wrong. */
export function planFile(random: Random, name: string, count: number): PlannedFile {
  const rows: PlannedRow[] = [];
  for (let index = 0; index < count; index += 1) {
    rows.push(planRow(random, `${name}-${index}`, rows));
  }
  const text = [COLUMNS.join(","), ...rows.map(({ cells }) => cells.join(",")), ""].join("\n");
  return { text, rows };
}

function planRow(random: Random, serial: string, before: readonly PlannedRow[]): PlannedRow {
  const line = before.length + 2;
  const base: Cells = {
    serial_number: serial,
    lot_code: `LOT-${random.below(5)}`,
    phase: "TESTING",
  };
  const named = { ...base, "provision.name": `device ${line}` };
  const kind = random.share();
  if (kind < 0.1) return row(line, base, { record: "RECORDED", provision: null });
  if (kind < 0.13) {
    const refusal = { field: null, code: "DEVICE_QUARANTINED" };
    const cells = { ...named, disposition: "QUARANTINED" };
    return row(line, cells, { record: "RECORDED", provision: "REFUSED", refusal });
  }
  if (kind < 0.16) return refused(line, { ...named, phase: "SHIPPED" }, "phase", "INVALID_VALUE");
  if (kind < 0.18) {
    // Only the gateway's clock knows that this is too late.
    const cells = { ...named, effective_at: "2999-01-01T00:00:00Z" };
    return refused(line, cells, "effectiveAt", "INVALID_VALUE");
  }
  const known = before.findLast(({ record }) => record === "RECORDED");
  if (kind < 0.2 && known) {
    const cells = { ...named, serial_number: known.serialNumber };
    return refused(line, cells, "serialNumber", "DUPLICATE_IN_FILE");
  }
  const provisioned = { record: "RECORDED", provision: "PROVISIONED" } as const;
  if (kind < 0.35) {
    const own = { connhex_id: random.uuid(), "provision.init_key": random.uuid() };
    return row(line, { ...named, ...own }, provisioned);
  }
  if (kind < 0.4) return row(line, { ...named, "provision.protected": "true" }, provisioned);
  return row(line, named, provisioned);
}

function refused(line: number, cells: Cells, field: string, code: string): PlannedRow {
  return row(line, cells, { record: "REFUSED", provision: null, refusal: { field, code } });
}

function row(
  line: number,
  cells: Cells,
  outcome: Pick<PlannedRow, "record" | "provision"> & Partial<Pick<PlannedRow, "refusal">>,
): PlannedRow {
  const isProvisioned = outcome.provision === "PROVISIONED";
  return {
    refusal: null,
    ...outcome,
    line,
    serialNumber: cells.serial_number ?? "",
    cells: COLUMNS.map((column) => cells[column] ?? ""),
    needsKey: isProvisioned && cells["provision.init_key"] === undefined,
    isProtected: isProvisioned && cells["provision.protected"] === "true",
  };
}
