import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type DeviceStatement, readFacts } from "../device/device-facts.ts";
import { FACT_FIELDS, PHASES } from "../device/device-record.ts";
import { composeAsOf, inEffect, type Revision } from "../device/device-revision.ts";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { judgeScan, type KnownHistory, knownAfter } from "./scan.ts";

/** What a test says of SN-1, and the minute from which it is true. */
type Said = [minute: number, record: Partial<DeviceStatement>];

const COLOUR: FieldDefinition = {
  name: "colour",
  type: "TEXT",
  isRequired: false,
  isGroupable: false,
  pattern: null,
  values: null,
  label: null,
  description: null,
  createdAt: "2026-01-01T00:00:00.000000Z",
  retiredAt: null,
};
const DEFINITIONS = [COLOUR];
const time = (minute: number) => `2026-01-01T08:${String(minute).padStart(2, "0")}:00.000000Z`;

/** The history after these arrived in this order; throws where one is refused. */
function arrived(...said: Said[]): KnownHistory {
  let known: KnownHistory | null = null;
  for (const one of said) known = arrives(known, one);
  if (!known) throw new Error("nothing arrived");
  return known;
}

function arrives(known: KnownHistory | null, [minute, record]: Said): KnownHistory | null {
  const byName = new Map(DEFINITIONS.map((one) => [one.name, one]));
  const facts = readFacts({ serialNumber: "SN-1", ...record }, byName, Date.now());
  const context = { scannedAt: time(minute), definitions: DEFINITIONS };
  return knownAfter(known, 1, judgeScan(known, facts, context));
}

function revisionsOf({ revisions }: KnownHistory): readonly Revision[] {
  return revisions ?? [];
}

const FIELDS = [...FACT_FIELDS.filter((field) => field !== "disposition"), "colour"];

/** What was true at a minute, by asOf: fields that are known, and no disposition. */
function asOf(known: KnownHistory, minute: number): Record<string, unknown> {
  const found = composeAsOf(inEffect(revisionsOf(known), time(minute), null), time(minute));
  const state: Record<string, unknown> = { ...found, ...found?.attributes };
  return Object.fromEntries(
    FIELDS.filter((field) => state[field] != null).map((field) => [field, state[field]]),
  );
}

const MADE = { phase: "MANUFACTURING", site: "Lyon", line: "1", operator: "a" } as const;
const TESTED = { phase: "TESTING", site: "Porto", line: "4", operator: "b" } as const;
const PACKED = { phase: "PACKAGING", site: "Porto", line: "9", operator: "c" } as const;

describe("a scan that arrives late", () => {
  test("stands between the phases that were known", () => {
    const known = arrived([10, MADE], [30, { ...PACKED, palletId: "P" }], [20, TESTED]);
    expect(known.present).toMatchObject({ ...PACKED, palletId: "P" });
    expect(asOf(known, 15)).toEqual(MADE);
    expect(asOf(known, 20)).toEqual(TESTED);
    expect(asOf(known, 30)).toEqual({ ...PACKED, palletId: "P" });
    expect(asOf(known, 9)).toEqual({});
  });

  test("tells what was true then, and then the later phase again", () => {
    const known = arrived([10, MADE], [30, PACKED], [20, { phase: "TESTING" }]);
    const told = revisionsOf(known).slice(2);
    expect(told.map(({ effectiveAt, changed, phase }) => [effectiveAt, changed, phase])).toEqual([
      [time(20), ["phase"], "TESTING"],
      [time(30), ["phase"], "PACKAGING"],
    ]);
  });

  test("that changes no phase is one revision, as ever", () => {
    const known = arrived([10, MADE], [30, PACKED], [20, { fwVersion: "2.0" }]);
    expect(revisionsOf(known)).toHaveLength(3);
    expect(asOf(known, 19)).toEqual(MADE);
    expect(asOf(known, 20)).toEqual({ ...MADE, fwVersion: "2.0" });
    expect(known.present).toMatchObject({ ...PACKED, fwVersion: "2.0" });
  });

  test("of what is known from later on takes it back before it tells it", () => {
    const known = arrived([30, { ...PACKED, lotCode: "L" }], [20, { ...TESTED, lotCode: "L" }]);
    expect(revisionsOf(known).map(({ lotCode }) => lotCode)).toEqual(["L", null, "L", "L"]);
    expect(asOf(known, 19)).toEqual({});
    expect(asOf(known, 25)).toEqual({ ...TESTED, lotCode: "L" });
    expect(asOf(known, 30)).toEqual({ ...PACKED, lotCode: "L" });
  });

  test("before everything that is known leaves the disposition of then unknown", () => {
    const known = arrived([30, PACKED], [10, { ...MADE, disposition: "RELEASED" }]);
    const then = inEffect(revisionsOf(known), time(10), null);
    expect(composeAsOf(then, time(10))).toMatchObject({ ...MADE, disposition: null });
    expect(known.present.disposition).toBe("RELEASED");
  });

  test("carries its place over to a later phase of which none is known", () => {
    const known = arrived([10, { phase: "MANUFACTURING" }], [30, { phase: "PACKAGING" }]);
    const after = arrives(known, [20, TESTED]) as KnownHistory;
    expect(asOf(after, 30)).toEqual({ ...TESTED, phase: "PACKAGING" });
  });
});

test("a late scan may be of a phase from which rework took the device back", () => {
  const tested = arrived([10, TESTED]);
  const record = { ...tested.present, phase: "MANUFACTURING" } as const;
  const rework = { record, changed: ["phase"], effectiveAt: time(30), isRestated: false };
  const known = arrives(knownAfter(tested, 1, [rework]), [20, PACKED]) as KnownHistory;
  expect([15, 25, 35].map((minute) => asOf(known, minute).phase)).toEqual([
    "TESTING",
    "PACKAGING",
    "MANUFACTURING",
  ]);
});

test.each<[name: string, known: Said[], late: Said, outcome: string]>([
  ["an earlier phase, earlier", [[30, PACKED]], [10, MADE], "accepted"],
  ["a later phase, earlier", [[30, MADE]], [10, PACKED], "PHASE_OUT_OF_ORDER"],
  [
    "a phase that is skipped over",
    [
      [10, MADE],
      [30, TESTED],
    ],
    [20, PACKED],
    "PHASE_OUT_OF_ORDER",
  ],
  [
    "an earlier phase, later",
    [
      [10, TESTED],
      [30, PACKED],
    ],
    [20, MADE],
    "PHASE_OUT_OF_ORDER",
  ],
  ["the same phase, earlier", [[30, TESTED]], [10, TESTED], "accepted"],
  [
    "the same phase elsewhere",
    [[30, TESTED]],
    [10, { ...TESTED, site: "Lyon" }],
    "ALREADY_RECORDED",
  ],
  ["another phase elsewhere", [[30, PACKED]], [10, TESTED], "accepted"],
  ["another lot than later", [[30, { lotCode: "A" }]], [10, { lotCode: "B" }], "ALREADY_RECORDED"],
  [
    "another lot than before",
    [
      [5, { lotCode: "A" }],
      [30, {}],
    ],
    [10, { lotCode: "B" }],
    "ALREADY_RECORDED",
  ],
  [
    "another colour",
    [[30, { attributes: { colour: "red" } }]],
    [10, { attributes: { colour: "blue" } }],
    "ALREADY_RECORDED",
  ],
  [
    "the same colour",
    [[30, { attributes: { colour: "red" } }]],
    [10, { attributes: { colour: "red" } }],
    "accepted",
  ],
  [
    "another disposition",
    [[30, { disposition: "QUARANTINED" }]],
    [10, { disposition: "RELEASED" }],
    "ALREADY_RECORDED",
  ],
  [
    "nothing new",
    [
      [10, MADE],
      [30, PACKED],
    ],
    [20, { site: "Lyon" }],
    "nothing",
  ],
])("late: %s", (_, said, late, expected) => {
  const known = arrived(...said);
  const outcome = () => {
    try {
      return arrives(known, late) === known ? "nothing" : "accepted";
    } catch (error) {
      return (error as { code?: string }).code ?? error;
    }
  };
  expect(outcome()).toBe(expected);
});

const MINUTES = Array.from({ length: 15 }, (_, minute) => minute);

/** What stations say of one device, at distinct minutes, so that nothing contradicts anything. */
const anyScans = fc
  .array(
    fc.record({
      minute: fc.integer({ min: 0, max: 14 }),
      phase: fc.option(fc.constantFrom(...PHASES), { nil: null, freq: 3 }),
      says: fc.subarray(["lotCode", "workOrder", "fwVersion", "colour"]),
      place: fc.constantFrom("x", "y"),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((drawn) => {
    const minutes = [...new Set(drawn.map(({ minute }) => minute))].sort(
      (one, other) => one - other,
    );
    const phases = drawn.flatMap(({ phase }) => (phase ? [PHASES.indexOf(phase)] : [])).sort();
    const places = new Map<string, string>();
    return minutes.map((minute, index): Said => {
      const { phase: has, says, place } = drawn[index] as (typeof drawn)[number];
      const phase = has && PHASES[phases.shift() ?? 0];
      const record: Partial<DeviceStatement> = {};
      for (const field of says) {
        if (field === "colour") record.attributes = { colour: "red" };
        else record[field as "lotCode"] = `the ${field}`;
      }
      if (!phase) return [minute, record];
      // Within one phase all say the same place.
      if (!places.has(phase)) places.set(phase, place);
      const where = places.get(phase) ?? place;
      return [minute, { ...record, phase, site: where, line: `${where}1`, operator: "o" }];
    });
  });

test("whatever the order in which scans arrive, asOf says what their order in time says", () => {
  fc.assert(
    fc.property(
      anyScans.chain((scans) =>
        fc.tuple(fc.constant(scans), fc.shuffledSubarray(scans, { minLength: scans.length })),
      ),
      ([inTime, inArrival]) => {
        const known = arrived(...inArrival);
        let truth: Record<string, unknown> = {};
        const truths = MINUTES.map((minute) => {
          const said = inTime.find(([at]) => at === minute)?.[1] ?? {};
          const { attributes, ...fields } = said;
          truth = { ...truth, ...fields, ...(attributes as object) };
          return truth;
        });
        expect(MINUTES.map((minute) => asOf(known, minute))).toEqual(truths);
        expect(known.present.disposition).toBe("RELEASED");
      },
    ),
    { numRuns: 500 },
  );
});

test("`changed` of every revision names what differs from the one before", () => {
  const known = arrived(
    [30, { ...PACKED, lotCode: "L" }],
    [10, MADE],
    [20, { ...TESTED, lotCode: "L" }],
  );
  const revisions = revisionsOf(known);
  for (const [index, revision] of revisions.entries()) {
    const before = revisions[index - 1];
    const differs = FIELDS.filter((field) => {
      const value = (one: Revision | undefined) =>
        (one as Record<string, unknown> | undefined)?.[field] ?? null;
      return value(revision) !== value(before);
    });
    expect(revision.changed.filter((field) => FIELDS.includes(field)).sort()).toEqual(
      differs.sort(),
    );
  }
});
