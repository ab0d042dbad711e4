import { expect, test } from "@jest/globals";
import { type DeviceState, type Stage, stageOf } from "./device-state.ts";
import {
  brokenAnswers,
  changedVerdicts,
  halfLinked,
  lostAnswers,
  repeatedSecrets,
} from "./judge.ts";
import type { PlannedBatch } from "./plan.ts";
import type { Verdict } from "./system.ts";

function state(
  linkedId: string | null,
  identities: [connhexId: string, state: string, revisions: number][],
  links = linkedId === null ? 0 : 1,
): DeviceState {
  return {
    serialNumber: "SN-1",
    linkedId,
    links,
    revisions: links + 1,
    identities: identities.map(([connhexId, state, revisions]) => ({
      connhexId,
      state,
      revisions,
    })),
  };
}

const SETTLED = state("chx", [["chx", "ACTIVE", 2]]);
const NOTHING = state(null, []);

test.each<[what: string, device: DeviceState, stage: Stage]>([
  ["nothing on either side", NOTHING, "NOTHING"],
  ["an identity that waits for its link", state(null, [["chx", "PENDING", 1]]), "PENDING"],
  ["an identity that is linked already", state("chx", [["chx", "PENDING", 1]]), "LINKED"],
  ["an identity on both sides", SETTLED, "SETTLED"],
  ["an identity in Ownership alone", state(null, [["chx", "ACTIVE", 2]]), "HALF_LINKED"],
  ["a link in Manufacturing alone", state("chx", []), "HALF_LINKED"],
  ["a link to another identity", state("other", [["chx", "ACTIVE", 2]]), "HALF_LINKED"],
  ["a link to a refused identity", state("chx", [["chx", "REFUSED", 2]]), "HALF_LINKED"],
  ["a link that was written twice", state("chx", [["chx", "ACTIVE", 2]], 2), "HALF_LINKED"],
  ["an identity that was settled twice", state("chx", [["chx", "ACTIVE", 3]]), "HALF_LINKED"],
  [
    "two identities",
    state("chx", [
      ["chx", "ACTIVE", 2],
      ["other", "PENDING", 1],
    ]),
    "HALF_LINKED",
  ],
])("%s: %3$s", (_, device, stage) => {
  expect(stageOf(device)).toBe(stage);
  expect(halfLinked([device])).toHaveLength(["NOTHING", "SETTLED"].includes(stage) ? 0 : 1);
});

const BATCH: PlannedBatch = {
  rows: [{ serialNumber: "SN-1", name: "one", isProtected: true }],
  key: "key",
  isSentTwice: false,
  quarantined: new Set(),
};

function answer(more: Partial<Verdict>, batch = BATCH) {
  const verdict: Verdict = {
    index: 0,
    serialNumber: "SN-1",
    connhexId: "chx",
    outcome: "PROVISIONED",
    code: null,
    message: null,
    field: null,
    initKey: null,
    claimCode: null,
    ...more,
  };
  return { batch, verdicts: [verdict] };
}

const AWAY = { outcome: "REFUSED", code: "SUBGRAPH_UNAVAILABLE" } as const;
const QUARANTINED = { ...BATCH, quarantined: new Set(["SN-1"]) };
const PENDING = state(null, [["chx", "PENDING", 1]]);

test.each<[what: string, verdict: Partial<Verdict>, DeviceState, lost: number, broken: number]>([
  ["PROVISIONED, and it stands", {}, SETTLED, 0, 0],
  ["PROVISIONED, and nothing stands", {}, NOTHING, 1, 1],
  ["PROVISIONED, not settled yet", {}, PENDING, 1, 1],
  ["PROVISIONED as another one", { connhexId: "other" }, SETTLED, 1, 1],
  ["PENDING, and it stands", { outcome: "PENDING" }, SETTLED, 0, 0],
  ["PENDING, and it still waits", { outcome: "PENDING" }, PENDING, 0, 1],
  ["refused because the other service was away", AWAY, NOTHING, 0, 0],
  ["refused for no reason", { outcome: "REFUSED", code: "INTERNAL" }, NOTHING, 0, 1],
])("an answer of %s: %4$d lost, %5$d broken", (_, verdict, device, lost, broken) => {
  const states = new Map([["SN-1", device]]);
  expect(lostAnswers([answer(verdict)], states)).toHaveLength(lost);
  expect(brokenAnswers([answer(verdict)], states)).toHaveLength(broken);
});

test("a quarantined device must be refused, and stay without identity", () => {
  const refused = answer({ outcome: "REFUSED", code: "DEVICE_QUARANTINED" }, QUARANTINED);
  expect(brokenAnswers([refused], new Map([["SN-1", NOTHING]]))).toEqual([]);
  expect(brokenAnswers([refused], new Map([["SN-1", SETTLED]]))).toHaveLength(1);
  expect(changedVerdicts(answer({}, QUARANTINED), [], new Map())).toHaveLength(1);
});

test("the same batch under the same key gets the same verdicts, and no secrets again", () => {
  const states = new Map([["SN-1", SETTLED]]);
  const first = answer({ outcome: "PENDING", initKey: "secret", claimCode: "code" });
  expect(changedVerdicts(answer({}), [first], states)).toEqual([]);
  expect(changedVerdicts(answer({}), [answer(AWAY)], states)).toEqual([]);
  expect(changedVerdicts(answer({ connhexId: "other" }), [first], states)).toHaveLength(2);
  expect(changedVerdicts(answer({ outcome: "UNCHANGED" }), [first], states)).not.toEqual([]);
  expect(changedVerdicts({ batch: BATCH, verdicts: null }, [first], states)).toHaveLength(1);
  expect(changedVerdicts({ batch: BATCH, verdicts: [] }, [], states)).toHaveLength(1);
  expect(repeatedSecrets(answer({}))).toEqual([]);
  expect(repeatedSecrets(first)).toHaveLength(1);
});
