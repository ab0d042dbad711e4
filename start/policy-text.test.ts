import { expect, test } from "@jest/globals";
import { isQuorum, parsePolicy } from "../shared/ledger/policy.ts";
import { WitnessedLog } from "../test/proof/witnessed-log.ts";
import { newSigner } from "../test/witness/small-log.ts";
import { policyText } from "./policy-text.ts";

const world = new WitnessedLog();
const witnesses = world.witnesses.map(({ name, verifierKey: vkey }) => ({ name, vkey }));
const logs = [world.log.signer.verifierKey];

test("a policy names the logs and witnesses, and asks for as many as are enough", () => {
  const policy = parsePolicy(policyText({ logs, witnesses, quorum: 2 }));
  expect(policy.logs.map(({ verifier }) => verifier.name)).toEqual([world.origin]);
  const names = [...policy.witnesses.keys()];
  expect(names).toHaveLength(2);
  expect(isQuorum(policy, new Set(names))).toBe(true);
  expect(isQuorum(policy, new Set(names.slice(1)))).toBe(false);
});

test("keys of before stay when others sign, and nothing changes where nothing did", () => {
  const before = policyText({ logs, witnesses, quorum: 2 });
  expect(policyText({ logs, witnesses, quorum: 2, before })).toBe(before);
  const others = new WitnessedLog().witnesses.map(({ verifierKey: vkey }) => ({ vkey }));
  const next = { logs: [newSigner(world.origin).verifierKey], witnesses: others, quorum: 2 };
  const text = policyText({ ...next, before });
  const policy = parsePolicy(text);
  expect(policy.logs).toHaveLength(2);
  expect(policyText({ ...next, before: text })).toBe(text);
  const [first = "", second = "", third = "", fourth = ""] = [...policy.witnesses.keys()];
  expect(isQuorum(policy, new Set([first, second]))).toBe(true);
  expect(isQuorum(policy, new Set([third, fourth]))).toBe(true);
  // One of now and one of before are in nobody's sense enough.
  expect(isQuorum(policy, new Set([second, third]))).toBe(false);
});

test("a log without witnesses is believed by its key alone", () => {
  expect(parsePolicy(policyText({ logs, witnesses: [], quorum: 2 })).quorum).toBeNull();
});
