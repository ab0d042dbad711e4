import { describe, expect, test } from "@jest/globals";
import { isQuorum, parsePolicy } from "../shared/ledger/policy.ts";
import { WitnessedLog } from "../test/proof/witnessed-log.ts";
import { newSigner } from "../test/witness/small-log.ts";
import { policyText, readPolicyLines } from "./policy-text.ts";

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

describe("witnesses that are replaced one by one", () => {
  const [a = "", b = "", c = "", d = ""] = [witnesses, new WitnessedLog().witnesses]
    .flat()
    .map((witness) => ("vkey" in witness ? witness.vkey : witness.verifierKey));
  /** The policy after each of these, one after the other. */
  const after = (quorum: number, ...steps: string[][]) => {
    let before = "";
    for (const vkeys of steps) {
      const present = vkeys.map((vkey) => ({ vkey }));
      before = policyText({ logs, witnesses: present, quorum, before });
      expect(policyText({ logs, witnesses: present, quorum, before })).toBe(before);
      expect(readPolicyLines(before)).toMatchObject({ present: vkeys, quorum });
    }
    const policy = parsePolicy(before);
    return (...vkeys: string[]) => {
      const names = [...policy.witnesses].filter(([, { verifier }]) =>
        vkeys.some((vkey) => vkey.startsWith(`${verifier.name}+${verifier.keyId}+`)),
      );
      expect(names).toHaveLength(vkeys.length);
      return isQuorum(policy, new Set(names.map(([name]) => name)));
    };
  };

  test("are never enough alone, and old proofs of both together hold", () => {
    const isEnough = after(2, [a, b], [a, c]);
    expect([a, b, c].map((one) => isEnough(one))).toEqual([false, false, false]);
    expect([isEnough(a, b), isEnough(a, c)]).toEqual([true, true]);
    const later = after(2, [a, b], [a, c], [d, c]);
    expect([a, b, c, d].map((one) => later(one))).toEqual([false, false, false, false]);
    expect([later(a, b), later(a, c), later(c, d)]).toEqual([true, true, true]);
  });

  test("count beside the present ones where they are fewer than the quorum of now", () => {
    const text = policyText({ logs, witnesses: [{ vkey: a }], quorum: 1 });
    const present = [b, c].map((vkey) => ({ vkey }));
    const policy = parsePolicy(policyText({ logs, witnesses: present, quorum: 2, before: text }));
    for (const name of policy.witnesses.keys()) {
      expect(isQuorum(policy, new Set([name]))).toBe(false);
    }
    expect(isQuorum(policy, new Set(policy.witnesses.keys()))).toBe(true);
  });
});

test("a log without witnesses is believed by its key alone", () => {
  expect(parsePolicy(policyText({ logs, witnesses: [], quorum: 2 })).quorum).toBeNull();
});
