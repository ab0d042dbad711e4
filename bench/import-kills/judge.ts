import { type DeviceState, describeState, stageOf } from "../provisioning-kills/device-state.ts";
import type { ImportSummary } from "./import-process.ts";
import type { PlannedFile, PlannedRow } from "./plan.ts";

/** What is wrong, a sentence each. */
export type Complaints = string[];

/** Devices that are recorded, by serial number. */
export type States = ReadonlyMap<string, DeviceState>;

/** The summary of an import is the one that its file must have, whatever was killed. */
export function wrongSummary({ rows }: PlannedFile, summary: ImportSummary | null): Complaints {
  if (!summary) return ["the import told no summary"];
  const count = (is: (row: PlannedRow) => boolean) => rows.filter(is).length;
  const expected = {
    complete: true,
    rows: rows.length,
    recorded: count(({ record }) => record === "RECORDED"),
    revised: 0,
    unchanged: 0,
    refused: count(({ record }) => record === "REFUSED"),
    "provisioning.provisioned": count(({ provision }) => provision === "PROVISIONED"),
    "provisioning.pending": 0,
    "provisioning.unchanged": 0,
    "provisioning.refused": count(({ provision }) => provision === "REFUSED"),
    rowsRefused: count(({ refusal }) => refusal !== null),
    secretsLost: 0,
  };
  const { provisioning, ...told } = summary;
  const flat: Record<string, unknown> = { ...told };
  for (const [name, value] of Object.entries(provisioning)) flat[`provisioning.${name}`] = value;
  return Object.entries(expected)
    .filter(([name, value]) => flat[name] !== value)
    .map(([name, value]) => `the summary says ${name} ${flat[name]}; it is ${value}`);
}

/** The report has each refused row once, in the order of the file. */
export function wrongReport({ rows }: PlannedFile, report: readonly string[][]): Complaints {
  const expected = rows.flatMap(({ line, refusal }) =>
    refusal ? [`${line},${refusal.field ?? ""},${refusal.code}`] : [],
  );
  const told = report.map(([line, field, code]) => `${line},${field},${code}`);
  return differences("the report", expected, told);
}

/** The secrets are told once for each device that needed some, in the order of the file. */
export function wrongSecrets(
  { rows }: PlannedFile,
  secrets: readonly string[][],
  states: States,
): Complaints {
  const needing = rows.filter(({ needsKey }) => needsKey);
  const told = secrets.map(([serialNumber]) => serialNumber ?? "");
  const serials = needing.map(({ serialNumber }) => serialNumber);
  const complaints = differences("the file of secrets", serials, told);
  const isProtected = new Set(needing.flatMap((row) => (row.isProtected ? row.serialNumber : [])));
  for (const [serialNumber = "", connhexId = "", initKey = "", claimCode = ""] of secrets) {
    if (states.get(serialNumber)?.linkedId !== connhexId) {
      complaints.push(`the secrets of ${serialNumber} are told for ${connhexId}`);
    }
    if (initKey === "" || (claimCode !== "") !== isProtected.has(serialNumber)) {
      complaints.push(`not all secrets of ${serialNumber} are told`);
    }
  }
  return complaints;
}

/** Every row that was accepted is there once, and nothing is there on one side alone. */
export function wrongDevices({ rows }: PlannedFile, states: States): Complaints {
  const accepted = new Set(
    rows.flatMap((row) => (row.record === "RECORDED" ? row.serialNumber : [])),
  );
  return rows.flatMap(({ serialNumber, record, provision }) => {
    const state = states.get(serialNumber);
    if (record === "REFUSED") {
      return state && !accepted.has(serialNumber)
        ? [`${serialNumber} was refused, and is there`]
        : [];
    }
    if (!state) return [`${serialNumber} was accepted, and is not there`];
    const expected = provision === "PROVISIONED" ? "SETTLED" : "NOTHING";
    return stageOf(state) === expected ? [] : [`it should be ${expected}: ${describeState(state)}`];
  });
}

/** What the command line knew to be settled when it was killed was there then. */
export function lostRows({ rows }: PlannedFile, settled: number, states: States): Complaints {
  return rows.slice(0, settled).flatMap(({ serialNumber, record, provision }) => {
    if (record === "REFUSED") return [];
    const state = states.get(serialNumber);
    if (!state) return [`${serialNumber} was settled, and is not there after the kill`];
    const isThere = provision !== "PROVISIONED" || stageOf(state) === "SETTLED";
    return isThere ? [] : [`settled, but after the kill ${describeState(state)}`];
  });
}

function differences(
  what: string,
  expected: readonly string[],
  told: readonly string[],
): Complaints {
  if (expected.length === told.length && expected.every((one, at) => one === told[at])) return [];
  const known = new Set(expected);
  const seen = new Set<string>();
  const complaints: Complaints = [];
  for (const one of told) {
    if (!known.has(one)) complaints.push(`${what} tells ${one}, which it must not`);
    else if (seen.has(one)) complaints.push(`${what} tells ${one} twice`);
    seen.add(one);
  }
  for (const one of expected) if (!seen.has(one)) complaints.push(`${what} lacks ${one}`);
  return complaints.length > 0 ? complaints : [`${what} is not in the order of the file`];
}
