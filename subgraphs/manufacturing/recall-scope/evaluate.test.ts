import { expect, test } from "@jest/globals";
import type { Revision } from "../device/device-revision.ts";
import { type ContainedComponent, evaluate, explain } from "./evaluate.ts";
import type { GivenCriteria } from "./given-criteria.ts";
import { parseCriteria } from "./parse-criteria.ts";

const day = (number: number) => `2025-01-0${number}T00:00:00.000000Z`;

/** One device: made in lot A with firmware 1.9.2, corrected to lot B, reported late, updated. */
function revision(number: number, changes: Partial<Revision>, effectiveAt = day(number)): Revision {
  const before = number === 1 ? NOTHING : history[number - 2];
  return {
    ...before,
    ...changes,
    ...{ deviceId: 1, revision: number, recordedAt: day(number), effectiveAt },
    changed: Object.keys(changes),
  } as Revision;
}
const NOTHING = { palletId: null, attributes: {} };
const history: Revision[] = [];
history.push(
  revision(1, { serialNumber: "SN-007", lotCode: "A", fwVersion: "1.9.2", phase: "TESTING" }),
);
history.push(revision(2, { lotCode: "B" }, day(1)));
history.push(revision(3, { fwVersion: "1.10.0" }));
history.push(revision(4, { hardwareRevision: "unknown" }));

const contained: ContainedComponent[] = [
  {
    ...{ partNumber: "P", serialNumber: "C-1", supplier: "S", supplierLot: "L" },
    ...{ isInstalled: false, installationId: 5, recordedAt: day(2) },
  },
  {
    ...{ partNumber: "P", serialNumber: "C-2", supplier: "S", supplierLot: null },
    ...{ isInstalled: true, installationId: 6, recordedAt: day(3) },
  },
];

const DEVICE = { revisions: history as [Revision, ...Revision[]], contained };
const read = (given: GivenCriteria) => parseCriteria(given, []);
const lot = (...values: string[]) => ({ group: { field: "lotCode", values } });
const ever = (...values: string[]) => ({
  group: { field: "lotCode", values, membership: "EVER" as const },
});
const at = (moment: string, ...values: string[]) => ({
  group: { field: "lotCode", values, at: moment },
});
const fw = (from: string | null, to: string | null) => ({ field: { name: "fwVersion", from, to } });
const component = (more: object) => ({ component: more });

test.each<[GivenCriteria, boolean, path: string, revision: number | null]>([
  [lot("B"), true, "group", 2],
  [lot("A"), false, "group", 2],
  [ever("A"), true, "group", 1],
  [ever("C"), false, "group", 4],
  // The correction says what was true from the start.
  [at(day(1), "B"), true, "group", 2],
  [at(day(1), "A"), false, "group", 2],
  [at("2024-01-01T00:00:00.000000Z", "A"), false, "group", null],
  [fw("1.9.2", null), true, "field", 3],
  [fw(null, "1.9.2"), false, "field", 3],
  [fw("1.9.2-rc.1", "1.10"), true, "field", 3],
  // What is no version is in no range.
  [{ field: { name: "hardwareRevision", from: "A" } }, false, "field", 4],
  // What is not known meets nothing, and so does not exclude.
  [{ group: { field: "palletId", values: ["X"] } }, false, "group", 4],
  [{ noneOf: [{ group: { field: "palletId", values: ["X"] } }] }, true, "noneOf", 4],
  [{ serialNumber: { from: "SN-001", to: "SN-010" } }, true, "serialNumber", 1],
  [{ serialNumber: { from: "SN-1", to: "SN-9" } }, false, "serialNumber", 1],
  // Together: the last to be met put it in; each alone: the first did.
  [{ allOf: [lot("B"), fw("1.10", null), { noneOf: [lot("A")] }] }, true, "allOf[2].noneOf", 4],
  [{ allOf: [lot("B"), fw("1.10", null)] }, true, "allOf[1].field", 3],
  [{ allOf: [fw("2", null), lot("A")] }, false, "allOf[0].field", 3],
  [{ anyOf: [fw("1.10", null), lot("B")] }, true, "anyOf[1].group", 2],
  [{ anyOf: [fw("2", null), lot("A")] }, false, "anyOf", 4],
  [{ noneOf: [lot("A"), fw("1.10", null)] }, false, "noneOf[1].field", 3],
  [component({ partNumber: "P" }), true, "component", null],
  [component({ supplierLot: "L" }), false, "component", 4],
  [component({ supplierLot: "L", membership: "EVER" }), true, "component", null],
  // One component must have all that is given.
  [component({ serialNumber: "C-2", supplierLot: "L", membership: "EVER" }), false, "component", 4],
])("%j: %s by %s, revision %s", (given, isMet, path, revision) => {
  const criteria = read(given);
  const verdict = explain(criteria, DEVICE);
  expect({
    isMet: verdict.isMet,
    path: verdict.decidedBy.path,
    revision: verdict.revision?.revision ?? null,
  }).toEqual({ isMet, path, revision });
  expect(evaluate(criteria, DEVICE)).toBe(isMet);
});

test("the component that decides is the first that was installed", () => {
  const asked = read(component({ partNumber: "P", membership: "EVER" }));
  expect(explain(asked, DEVICE).component?.installationId).toBe(5);
  expect(explain(read(component({ partNumber: "P" })), DEVICE).component?.installationId).toBe(6);
});
