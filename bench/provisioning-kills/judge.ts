import { type DeviceState, describeState, stageOf } from "./device-state.ts";
import type { PlannedBatch } from "./plan.ts";
import type { Answer, Verdict } from "./system.ts";

/** What is wrong, a sentence each. */
export type Complaints = string[];

type StateOf = ReadonlyMap<string, DeviceState>;

/** Refusals that a kill explains: the service that was asked was not there. */
const OF_A_KILL = ["SUBGRAPH_UNAVAILABLE", "DATABASE_UNAVAILABLE"];

/** After restart and replay, a device has its identity on both sides or on neither. */
export function halfLinked(states: readonly DeviceState[]): Complaints {
  return states
    .filter((state) => !["NOTHING", "SETTLED"].includes(stageOf(state)))
    .map((state) => `half linked: ${describeState(state)}`);
}

/** Whatever stands at the moment of the kill: what was answered PROVISIONED is there already. */
export function lostAnswers(answers: readonly Answer[], states: StateOf): Complaints {
  return eachVerdict(answers, ({ serialNumber, connhexId, outcome }) => {
    const state = states.get(serialNumber);
    if (outcome !== "PROVISIONED" || !state) return null;
    const isThere = stageOf(state) === "SETTLED" && state.linkedId === connhexId;
    return isThere ? null : `answered PROVISIONED as ${connhexId}, but ${describeState(state)}`;
  });
}

/** In the end every answer is true: what it promised stands, what it refused does not. */
export function brokenAnswers(answers: readonly Answer[], states: StateOf): Complaints {
  return eachVerdict(answers, (verdict, batch) => {
    const { serialNumber, connhexId, outcome, code } = verdict;
    const state = states.get(serialNumber);
    if (!state) return `${serialNumber} was never asked for`;
    if (outcome === "REFUSED") return wrongRefusal(verdict, batch, state);
    const stands = stageOf(state) === "SETTLED" && state.linkedId === connhexId;
    return stands ? null : `answered ${outcome} ${code ?? ""}: ${describeState(state)}`;
  });
}

function wrongRefusal(
  { serialNumber, code, message }: Verdict,
  batch: PlannedBatch,
  state: DeviceState,
): string | null {
  if (batch.quarantined.has(serialNumber)) {
    const isRight = OF_A_KILL.concat("DEVICE_QUARANTINED").includes(code ?? "");
    return isRight && stageOf(state) === "NOTHING" ? null : describeState(state);
  }
  return OF_A_KILL.includes(code ?? "") ? null : `${serialNumber} was refused: ${code} ${message}`;
}

/**
 * A batch that is sent again once all is quiet: everything is provisioned, under the same
 * connhexIds as before, and under a key each verdict is what it was, its secrets aside.
 */
export function changedVerdicts(
  { batch, verdicts: again }: Answer,
  earlier: readonly Answer[],
  before: StateOf,
): Complaints {
  if (again?.length !== batch.rows.length) {
    const first = batch.rows[0]?.serialNumber;
    return [`again, the batch of ${first} got ${again?.length ?? "no"} verdicts`];
  }
  const complaints: Complaints = again.flatMap((verdict) => {
    const { serialNumber, connhexId, outcome, code } = verdict;
    const stood = before.get(serialNumber)?.linkedId ?? null;
    const expected = batch.quarantined.has(serialNumber)
      ? ["REFUSED"]
      : ["PROVISIONED", "PENDING", ...(batch.key === null ? ["UNCHANGED"] : [])];
    if (!expected.includes(outcome)) return [`again, ${serialNumber}: ${outcome} ${code}`];
    const isSame = outcome === "REFUSED" || stood === null || stood === connhexId;
    return isSame ? [] : [`again, ${serialNumber} became ${connhexId}; it was ${stood}`];
  });
  if (batch.key === null) return complaints;
  for (const { verdicts } of earlier) {
    if (!verdicts || wasRefusedByKill(verdicts)) continue;
    if (JSON.stringify(verdicts.map(lasting)) !== JSON.stringify(again.map(lasting))) {
      complaints.push(`${batch.key} got other verdicts: ${JSON.stringify([verdicts, again])}`);
    }
  }
  return complaints;
}

/** Secrets are shown once, to whom the identity was made for. */
export function repeatedSecrets({ verdicts }: Answer): Complaints {
  return (verdicts ?? [])
    .filter(({ initKey, claimCode }) => initKey !== null || claimCode !== null)
    .map(({ serialNumber }) => `${serialNumber}: secrets were shown again`);
}

/** A verdict without its secrets; PENDING and PROVISIONED are the same one, early and late. */
function lasting({ initKey: _, claimCode: _shown, outcome, ...verdict }: Verdict): object {
  return { ...verdict, outcome: outcome === "PENDING" ? "PROVISIONED" : outcome };
}

/** Such a batch was not judged at all, and its key is free. */
function wasRefusedByKill(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ code }) => OF_A_KILL.includes(code ?? ""));
}

function eachVerdict(
  answers: readonly Answer[],
  judge: (verdict: Verdict, batch: PlannedBatch) => string | null,
): Complaints {
  return answers
    .flatMap(({ batch, verdicts }) => (verdicts ?? []).map((verdict) => judge(verdict, batch)))
    .filter((complaint) => complaint !== null);
}
