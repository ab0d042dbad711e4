import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { NameLookup } from "./name-lookup.ts";

const ADDRESSES = [{ address: "192.0.2.1", family: 4 }];
const LOOKUP_MS = 30;

/** Names of `silent` are not answered until they are let go. */
function servers() {
  const running: string[] = [];
  const holding: (() => void)[] = [];
  let asked = 0;
  const names = new NameLookup(async (name) => {
    running.push(name);
    asked++;
    if (name.startsWith("silent")) await new Promise<void>((go) => holding.push(go));
    running.splice(running.indexOf(name), 1);
    return ADDRESSES;
  }, LOOKUP_MS);
  const look = (name: string) => names.addresses(name, { family: 0 });
  const code = (name: string) =>
    look(name).then(
      () => null,
      (error: { code: string }) => error.code,
    );
  const letGo = async () => {
    // A timer may fire a moment before its time: what is answered then was answered in time.
    await pause(5);
    for (const go of holding.splice(0)) go();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { running, look, code, letGo, asked: () => asked };
}

test("names that nobody answers for are given up in time, and hold two lookups at most", async () => {
  const { running, code } = servers();
  const names = Array.from({ length: 50 }, (_, n) => `silent-${n}.example`);
  const codes = await Promise.all(names.map(code));
  expect(new Set(codes)).toEqual(new Set(["NAME_UNANSWERED"]));
  expect(running).toEqual(names.slice(0, 2));
});

test("names that did not answer once leave a place to those that do", async () => {
  const { running, look, code, letGo } = servers();
  await Promise.all(["silent-1.example", "silent-2.example"].map(code));
  await letGo();
  const again = [code("silent-1.example"), code("silent-2.example")];
  expect(running).toEqual(["silent-1.example"]);
  expect(await look("good.example")).toEqual(ADDRESSES);
  await Promise.all(again);
});

test("whatever waited too long is not asked any more, and a name is asked once at a time", async () => {
  const { look, code, letGo, asked } = servers();
  await Promise.all([..."1234"].map((n) => code(`silent-${n}.example`)));
  await Promise.all([..."1122"].map((n) => code(`silent-${n}.example`)));
  expect(asked()).toBe(2);
  await letGo();
  expect(asked()).toBe(2);
  await Promise.all(Array.from({ length: 20 }, () => look("good.example")));
  expect(asked()).toBe(3);
});

test("what the system knows of itself is found, and what is nowhere is told", async () => {
  const names = new NameLookup();
  const found = await names.addresses("localhost", {});
  expect(found.map(({ address }) => address).some((one) => /^(127\.|::1)/.test(one))).toBe(true);
  const look = names.addresses("nowhere.invalid", {});
  await expect(look).rejects.toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
});
