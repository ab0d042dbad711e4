import { expect, test } from "@jest/globals";
import { GoodCredentials } from "./good-credentials.ts";

test("a credential is remembered as good for an hour after its last use", () => {
  let now = 0;
  const good = new GoodCredentials(() => now);
  expect(good.has("a")).toBe(false);
  good.note("a");
  now += 3_599_999;
  expect(good.has("a")).toBe(true);
  good.note("a");
  now += 3_599_999;
  expect(good.has("a")).toBe(true);
  now += 1;
  expect(good.has("a")).toBe(false);
});

test("a credential that was refused is forgotten", () => {
  const good = new GoodCredentials();
  good.note("a");
  good.forget("a");
  expect(good.has("a")).toBe(false);
});

test("20,000 credentials are remembered, those used last", () => {
  const good = new GoodCredentials();
  good.note("first");
  for (let n = 0; n < 19_999; n++) good.note(String(n));
  good.note("first");
  good.note("one more");
  expect(["first", "0", "1"].map((each) => good.has(each))).toEqual([true, false, true]);
  expect(good.size).toBe(20_000);
});
