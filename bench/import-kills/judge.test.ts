import { expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import type { DeviceState } from "../provisioning-kills/device-state.ts";
import type { ImportSummary } from "./import-process.ts";
import { lostRows, wrongDevices, wrongReport, wrongSecrets, wrongSummary } from "./judge.ts";
import { planFile } from "./plan.ts";

const file = planFile(new Random("judge", "test"), "J", 200);
const accepted = file.rows.filter(({ record }) => record === "RECORDED");

function stateOf(serialNumber: string, isLinked: boolean): DeviceState {
  const connhexId = `c-${serialNumber}`;
  return {
    serialNumber,
    linkedId: isLinked ? connhexId : null,
    revisions: isLinked ? 2 : 1,
    links: isLinked ? 1 : 0,
    identities: isLinked ? [{ connhexId, state: "ACTIVE", revisions: 2 }] : [],
  };
}

const states = new Map(
  accepted.map(({ serialNumber, provision }) => [
    serialNumber,
    stateOf(serialNumber, provision === "PROVISIONED"),
  ]),
);
const report = file.rows.flatMap(({ line, refusal }) =>
  refusal ? [[`${line}`, refusal.field ?? "", refusal.code, "because"]] : [],
);
const secrets = file.rows
  .filter(({ needsKey }) => needsKey)
  .map(({ serialNumber, isProtected }) => [
    ...[serialNumber, `c-${serialNumber}`, "a key", isProtected ? "a code" : ""],
  ]);
const count = (rows: readonly unknown[]) => rows.length;
const summary: ImportSummary = {
  complete: true,
  rows: 200,
  recorded: count(accepted),
  revised: 0,
  unchanged: 0,
  refused: 200 - count(accepted),
  provisioning: {
    provisioned: count(file.rows.filter(({ provision }) => provision === "PROVISIONED")),
    pending: 0,
    unchanged: 0,
    refused: count(file.rows.filter(({ provision }) => provision === "REFUSED")),
  },
  rowsRefused: count(report),
  secretsLost: 0,
  peakMemoryBytes: 1,
};

test("a planned file has rows of every kind", () => {
  const codes = new Set(file.rows.map(({ refusal }) => refusal?.code ?? "none"));
  expect([...codes].sort()).toEqual([
    "DEVICE_QUARANTINED",
    "DUPLICATE_IN_FILE",
    "INVALID_VALUE",
    "none",
  ]);
  expect(secrets.some(([, , , code]) => code !== "")).toBe(true);
});

test("an import that tells and leaves what it must has no complaints", () => {
  expect([
    ...wrongSummary(file, summary),
    ...wrongReport(file, report),
    ...wrongSecrets(file, secrets, states),
    ...wrongDevices(file, states),
    ...lostRows(file, 200, states),
  ]).toEqual([]);
});

const [first] = accepted.filter(({ provision }) => provision === "PROVISIONED");
const serial = first?.serialNumber ?? "";

test("every other one has some", () => {
  expect(wrongSummary(file, null)).toHaveLength(1);
  expect(wrongSummary(file, { ...summary, unchanged: 3 })).toHaveLength(1);
  expect(wrongReport(file, report.slice(1))).toHaveLength(1);
  expect(wrongReport(file, [...report, ...report.slice(0, 1)])).toHaveLength(1);
  expect(wrongReport(file, [...report].reverse())).toEqual([expect.stringContaining("order")]);
  expect(wrongSecrets(file, secrets.slice(1), states)).toHaveLength(1);
  const keyless = secrets.map(([one = "", id = ""]) => [one, id, "", ""]);
  expect(wrongSecrets(file, keyless, states)).toHaveLength(secrets.length);
  const missing = new Map([...states].filter(([one]) => one !== serial));
  expect(wrongDevices(file, missing)).toEqual([`${serial} was accepted, and is not there`]);
  expect(lostRows(file, 200, missing)).toHaveLength(1);
  const orphan = new Map(states).set(serial, { ...stateOf(serial, true), identities: [] });
  expect(wrongDevices(file, orphan)).toEqual([expect.stringContaining("it should be SETTLED")]);
  const twice = stateOf(serial, true);
  const doubled = { ...twice, identities: [...twice.identities, ...twice.identities] };
  expect(wrongDevices(file, new Map(states).set(serial, doubled))).toHaveLength(1);
});
