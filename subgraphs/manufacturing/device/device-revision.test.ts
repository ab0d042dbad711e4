import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RECORD_FIELDS } from "./device-record.ts";
import {
  composeAsOf,
  inEffect,
  parseRevisionKey,
  type Revision,
  rangeOfPage,
  revisionKeyText,
} from "./device-revision.ts";

/** A change as a test writes it down: what it set, when it was recorded and from when it is true. */
interface Change {
  recordedAt: number;
  effectiveAt: number;
  sets: Record<string, string | null>;
}

const FIELDS = ["lotCode", "site", "colour", "disposition"];
const time = (moment: number) => `2026-01-01T00:00:00.${String(moment).padStart(6, "0")}Z`;

/** Full snapshots, as they are stored, of a list of changes. */
function revisionsOf(changes: readonly Change[]): Revision[] {
  const state: Record<string, string | null> = {};
  return changes.map(({ recordedAt, effectiveAt, sets }, index) => {
    const changed = Object.keys(sets).filter((field) => sets[field] !== (state[field] ?? null));
    Object.assign(state, sets);
    const { colour, ...built } = state;
    const empty = Object.fromEntries(RECORD_FIELDS.map((field) => [field, null]));
    return {
      ...empty,
      ...built,
      attributes: colour == null ? {} : { colour },
      serialNumber: "SN-1",
      deviceId: 1,
      revision: index + 1,
      recordedAt: time(recordedAt),
      effectiveAt: time(effectiveAt),
      actor: "a",
      reason: null,
      source: null,
      changed: index === 0 ? ["serialNumber", ...changed] : changed,
    } as unknown as Revision; // the literal spells every field but through records of text
  });
}

/** What a field was: goes through the changes one by one, knowing nothing of snapshots. */
function naiveValue(changes: readonly Change[], field: string, at: number, knownAt: number) {
  let value: string | null = null;
  for (const change of changes) {
    if (change.recordedAt > knownAt || change.effectiveAt > at) continue;
    if (field in change.sets) value = change.sets[field] ?? null;
  }
  return value;
}

const anyChanges = fc
  .array(
    fc.record({
      effectiveAt: fc.integer({ min: 0, max: 30 }),
      sets: fc.dictionary(
        fc.constantFrom(...FIELDS),
        fc.option(fc.constantFrom("A", "B", "C"), { freq: 4 }),
        { minKeys: 1 },
      ),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((changes) => changes.map((change, index) => ({ ...change, recordedAt: (index + 1) * 3 })));

/** Drops what does not change anything, as the rules do, so that `changed` tells the truth. */
function withoutEmpty(changes: readonly Change[]): Change[] {
  const state: Record<string, string | null> = {};
  return changes.flatMap((change) => {
    const entries = Object.entries(change.sets).filter(
      ([field, to]) => (state[field] ?? null) !== to,
    );
    Object.assign(state, Object.fromEntries(entries));
    return entries.length === 0 ? [] : [{ ...change, sets: Object.fromEntries(entries) }];
  });
}

describe("asOf", () => {
  test("is what a walk through the changes says, field by field", () => {
    fc.assert(
      fc.property(
        anyChanges,
        fc.integer({ min: 0, max: 31 }),
        fc.integer({ min: 0, max: 31 }),
        (drawn, at, knownAt) => {
          const changes = withoutEmpty(drawn);
          const found = inEffect(revisionsOf(changes), time(at), time(knownAt));
          const state = composeAsOf(found, time(at));
          const eligible = changes.filter(
            (change) => change.recordedAt <= knownAt && change.effectiveAt <= at,
          );
          expect(state === null).toBe(eligible.length === 0);
          if (!state) return;
          const last = eligible.at(-1);
          expect(state.revision).toBe(changes.indexOf(last as Change) + 1);
          const said = { ...state, ...state.attributes } as Record<string, unknown>;
          for (const field of FIELDS) {
            expect(said[field] ?? null).toBe(naiveValue(changes, field, at, knownAt));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("now, with all known, is the last revision", () => {
    fc.assert(
      fc.property(anyChanges, (drawn) => {
        const revisions = revisionsOf(withoutEmpty(drawn));
        const state = composeAsOf(inEffect(revisions, time(31), null), time(31));
        expect(state).toBe(revisions.at(-1) ?? null);
      }),
    );
  });

  test("a late arrival does not leak what came into effect later", () => {
    const changes = [
      { recordedAt: 1, effectiveAt: 1, sets: { disposition: "RELEASED" } },
      { recordedAt: 2, effectiveAt: 20, sets: { lotCode: "LATER" } },
      { recordedAt: 3, effectiveAt: 5, sets: { site: "Lyon" } },
    ];
    const revisions = revisionsOf(changes);
    const state = composeAsOf(inEffect(revisions, time(10), null), time(10));
    expect(state).toMatchObject({ revision: 3, site: "Lyon", lotCode: null, at: time(10) });
    expect(revisions[2]).toMatchObject({ lotCode: "LATER" });
  });

  test("what was true before anything was in effect is not known", () => {
    const revisions = revisionsOf([{ recordedAt: 1, effectiveAt: 5, sets: { site: "Lyon" } }]);
    expect(composeAsOf(inEffect(revisions, time(4), null), time(4))).toBeNull();
    expect(composeAsOf(inEffect(revisions, time(9), time(0)), time(9))).toBeNull();
  });
});

test.each<[text: string, key: ReturnType<typeof parseRevisionKey>]>([
  ["12.3", { deviceId: 12, revision: 3 }],
  [`12.3@${time(5)}`, { deviceId: 12, revision: 3, at: time(5) }],
  ["12.0", null],
  ["0.1", null],
  ["12", null],
  ["12.3@yesterday", null],
  ["99999999999999999.1", null],
  ["12.3; DROP TABLE device", null],
])("the revision key %j is %j", (text, key) => {
  expect(parseRevisionKey(text)).toEqual(key);
  if (key) expect(revisionKeyText(key)).toBe(text);
});

test.each<[size: number, backward: boolean, after: number | null, before: number | null, string]>([
  [2, false, null, null, "1-3"],
  [2, false, 3, null, "4-6"],
  [2, false, 9, null, "10-10"],
  [2, false, 10, null, "none"],
  [2, false, 3, 5, "4-4"],
  [2, true, null, null, "8-10"],
  [2, true, null, 4, "1-3"],
  [2, true, 2, 4, "3-3"],
  [2, true, null, 1, "none"],
  [1000, true, null, 99, "1-10"],
])("of 10 revisions, %i backward:%s after %s before %s reads %s", (...given) => {
  const [size, backward, after, before, expected] = given;
  const range = rangeOfPage({ size, backward, after, before, question: "" }, 10);
  expect(range ? `${range.lowest}-${range.highest}` : "none").toBe(expected);
});
