import type { Ask } from "./campaign.ts";
import { FIELDS, type State, stateAt } from "./model.ts";
import type { PlannedScan } from "./plan.ts";
import type { KeptRow } from "./scan-rows.store.ts";

/** A verdict as it was answered. */
export interface SentAnswer {
  station: string;
  sequence: number;
  arrival: string;
  outcome: string;
  revision: number | null;
  code: string | null;
}

/** Every scan was taken as the first one once, was accepted, and was answered the same each time. */
export function judgeAnswers(
  scans: readonly PlannedScan[],
  answers: readonly SentAnswer[],
): string[] {
  const complaints: string[] = [];
  const first = new Map<string, number>();
  const said = new Map<string, string>();
  for (const answer of answers) {
    const { arrival, outcome, code, revision } = answer;
    const key = keyOf(answer);
    if (outcome === "REFUSED") complaints.push(`${key} was refused: ${code}`);
    if (arrival === "FIRST") first.set(key, (first.get(key) ?? 0) + 1);
    const verdict = `${outcome} ${revision} ${code}`;
    const before = said.get(key);
    if (before !== undefined && before !== verdict) {
      complaints.push(`${key} was answered ${before}, then ${verdict}`);
    }
    said.set(key, verdict);
  }
  for (const scan of scans) {
    const times = first.get(keyOf(scan)) ?? 0;
    if (times !== 1) complaints.push(`${keyOf(scan)} was taken as the first one ${times} times`);
  }
  return complaints;
}

/** Each station's scans are kept in its order: every one, once, and nothing else. */
export function judgeKept(scans: readonly PlannedScan[], kept: readonly KeptRow[]): string[] {
  const planned = new Map(scans.map((scan) => [keyOf(scan), scan.record.serialNumber]));
  const complaints: string[] = [];
  if (kept.length !== scans.length) {
    complaints.push(`${kept.length} scans are kept, ${scans.length} were made`);
  }
  const last = new Map<string, number>();
  for (const row of kept) {
    const key = keyOf(row);
    if (planned.get(key) !== row.serialNumber) {
      complaints.push(`${key} is kept as that of ${row.serialNumber}, not ${planned.get(key)}`);
    }
    const expected = (last.get(row.station) ?? 0) + 1;
    if (row.sequence !== expected) complaints.push(`${row.station} has no scan ${expected}`);
    last.set(row.station, row.sequence);
  }
  return complaints;
}

const ALIASES_MOST = 24;
const ASKERS = 4;
const SECOND_MS = 1_000;

/** What `asOf` answers at each scan, and a second before it, is what the model says. */
export async function judgeStates(
  devices: readonly (readonly PlannedScan[])[],
  ask: Ask,
): Promise<{ asked: number; complaints: string[] }> {
  const questions = devices.flatMap((scans) => {
    const times = scans.flatMap(({ scannedAt }) => [scannedAt, secondBefore(scannedAt)]);
    return times.map((at) => ({ serialNumber: scans[0]?.record.serialNumber ?? "", at, scans }));
  });
  const complaints: string[] = [];
  const chunks = Array.from({ length: Math.ceil(questions.length / ALIASES_MOST) }, (_, index) =>
    questions.slice(index * ALIASES_MOST, (index + 1) * ALIASES_MOST),
  );
  const next = chunks.values();
  const work = async () => {
    for (const chunk of next) {
      const answer = await ask(documentOf(chunk.length), variablesOf(chunk));
      for (const [index, { serialNumber, at, scans }] of chunk.entries()) {
        const device = answer[`d${index}`] as { asOf: State | null } | null;
        const said = textOf(device?.asOf ?? null);
        const truth = textOf(stateAt(scans, at));
        if (said !== truth) complaints.push(`${serialNumber} at ${at} was ${truth}, not ${said}`);
      }
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, work));
  return { asked: questions.length, complaints };
}

function documentOf(count: number): string {
  const places = Array.from({ length: count }, (_, index) => index);
  const variables = places.map((index) => `$s${index}: String!, $t${index}: DateTime!`).join(", ");
  const fields = places.map(
    (index) =>
      `d${index}: device(serialNumber: $s${index}) { asOf(at: $t${index}) { ${FIELDS.join(" ")} } }`,
  );
  return `query States(${variables}) { ${fields.join("\n")} }`;
}

function variablesOf(chunk: readonly { serialNumber: string; at: string }[]): object {
  return Object.fromEntries(
    chunk.flatMap(({ serialNumber, at }, index) => [
      [`s${index}`, serialNumber],
      [`t${index}`, at],
    ]),
  );
}

function secondBefore(time: string): string {
  return new Date(Date.parse(time) - SECOND_MS).toISOString();
}

function textOf(state: State | null): string {
  return state ? FIELDS.map((field) => `${field}=${state[field] ?? "–"}`).join(" ") : "not known";
}

function keyOf({ station, sequence }: { station: string; sequence: number }): string {
  return `scan ${sequence} of ${station}`;
}
