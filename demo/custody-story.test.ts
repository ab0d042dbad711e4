import { expect, test } from "@jest/globals";
import { assertCanBecome } from "../subgraphs/ownership/identity/identity.ts";
import { readNewOwner } from "../subgraphs/ownership/owner/owner.ts";
import { readCode } from "../subgraphs/ownership/secret/secret.ts";
import { CIRCLE_DEVICES, type Custody, CustodyStories } from "./custody-story.ts";
import { DemoFactory } from "./factory.ts";

const factory = new DemoFactory({ seed: "custody test", devices: 6_400 });
const stories = new CustodyStories(factory.plan);
const devices = [...factory.devices()];
const custodies = devices.flatMap((device) => stories.of(device) ?? []);
const present = "2025-10-01T06:00:00.000000Z";

test("a device has a cloud identity where it was provisioned, and only there", () => {
  const provisioned = devices.filter(({ connhexId }) => connhexId !== null);
  expect(custodies.map(({ connhexId }) => connhexId)).toEqual(
    provisioned.map(({ connhexId }) => connhexId),
  );
});

test("times rise and end before the demo's present", () => {
  for (const { states, changes } of custodies) {
    for (const list of [states.map(({ at }) => at), changes.map(({ at }) => at)]) {
      expect([...new Set(list)].sort()).toEqual(list);
      expect(list.every((at) => at <= present)).toBe(true);
    }
  }
});

test("the link is recorded between PENDING and ACTIVE", () => {
  for (const { connhexId, states } of custodies.slice(0, 500)) {
    const device = devices.find((one) => one.connhexId === connhexId);
    const link = device?.revisions.find(({ changed }) => changed.includes("connhexId"));
    const [pending, active] = states;
    expect([pending?.state, active?.state]).toEqual(["PENDING", "ACTIVE"]);
    expect((pending?.at ?? "~") < (link?.recordedAt ?? "")).toBe(true);
    expect((link?.recordedAt ?? "~") < (active?.at ?? "")).toBe(true);
  }
});

test("every change of state is one that the rules allow, after all changes of owner", () => {
  const seen = new Set<string>();
  for (const { connhexId, states, changes } of custodies) {
    for (const [revision, { state, at }] of states.entries()) {
      seen.add(state);
      const before = states[revision - 1];
      if (!before || revision < 2) continue;
      expect(() =>
        assertCanBecome({ connhexId, state: before.state, revision }, state),
      ).not.toThrow();
      expect(at > (changes.at(-1)?.at ?? "")).toBe(true);
    }
  }
  expect([...seen].sort()).toEqual(["ACTIVE", "PENDING", "REVOKED", "SUSPENDED"]);
});

test("nobody registers what is owned, nobody hands on what is not, and nobody to himself", () => {
  const kinds = new Set<string>();
  for (const { changes } of custodies) {
    let owner: number | null = null;
    for (const change of changes) {
      kinds.add(change.kind);
      expect(change.kind === "REGISTERED").toBe(owner === null);
      expect(change.kind === "RELEASED").toBe(change.owner === null);
      expect(change.owner).not.toBe(owner);
      owner = change.owner;
    }
  }
  expect([...kinds].sort()).toEqual(["REGISTERED", "RELEASED", "TRANSFERRED"]);
  const many = custodies.filter(
    ({ changes }) => changes.filter(({ owner }) => owner !== null).length > 2,
  );
  expect(many.length).toBeGreaterThan(20);
});

test("owners are ones that Ownership would take, of several countries, with example addresses", () => {
  const owners = [...stories.organisations(), ...stories.persons(custodies)];
  for (const owner of owners) {
    expect(readNewOwner(owner).displayName).toBe(owner.displayName);
    expect(owner.email).toMatch(/^[a-z.]+\.[0-9]+@example\.(com|net|org)$/);
  }
  expect(new Set(owners.map(({ country }) => country)).size).toBe(6);
  const subjects = owners.flatMap(({ subject }) => subject ?? []);
  expect(new Set(subjects).size).toBe(subjects.length);
  expect(subjects.length).toBeGreaterThan(owners.length / 2);
});

test("each person belongs to one circle of devices, and is known from his first device on", () => {
  const circles: Custody[][] = [];
  for (const device of devices) {
    const custody = stories.of(device);
    const circle = Math.floor(device.index / CIRCLE_DEVICES);
    circles[circle] ??= [];
    if (custody) circles[circle].push(custody);
  }
  const numbers = circles.flatMap((circle) => stories.persons(circle).map(({ number }) => number));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(Math.max(...numbers)).toBeLessThan(stories.ownersEnd);
  const since = new Map(
    stories.persons(custodies).map(({ number, createdAt }) => [number, createdAt]),
  );
  for (const { owner, at } of custodies.flatMap(({ changes }) => changes)) {
    if (owner !== null) expect((since.get(owner) ?? "") <= at).toBe(true);
  }
});

test("a tenth of the devices is protected by a code that Ownership can read", () => {
  const codes = custodies.flatMap(({ claimCode }) => claimCode ?? []);
  expect(codes.length / custodies.length).toBeGreaterThan(0.07);
  for (const code of codes) expect(readCode(code)).toBe(code);
});
