import { expect, test } from "@jest/globals";
import { Remembered } from "./remembered.ts";

function counted() {
  const fetched: string[] = [];
  const fetch = (key: string) => async () => {
    fetched.push(key);
    return `${key}${fetched.length}`;
  };
  return { fetched, fetch };
}

test("an answer is fetched once while it is young, and again when it is not", async () => {
  const { fetched, fetch } = counted();
  let now = 0;
  const memory = new Remembered<string>({ mostMs: 10, mostWeight: 5, clock: () => now });
  expect(await memory.get("a", fetch("a"))).toBe("a1");
  now = 9;
  expect(await memory.get("a", fetch("a"))).toBe("a1");
  now = 10;
  expect(await memory.get("a", fetch("a"))).toBe("a2");
  expect(fetched).toEqual(["a", "a"]);
});

test("those who ask at the same time wait for one answer", async () => {
  const { fetched, fetch } = counted();
  const memory = new Remembered<string>({ mostMs: 10, mostWeight: 5 });
  const answers = await Promise.all(Array.from({ length: 50 }, () => memory.get("a", fetch("a"))));
  expect(new Set(answers)).toEqual(new Set(["a1"]));
  expect(fetched).toEqual(["a"]);
});

test("the age counts from the question, not from the answer", async () => {
  let now = 0;
  const memory = new Remembered<number>({ mostMs: 10, mostWeight: 5, clock: () => now });
  const slow = async () => {
    now = 8;
    return 1;
  };
  await memory.get("a", slow);
  now = 11;
  expect(await memory.get("a", async () => 2)).toBe(2);
});

test("a failure is not remembered", async () => {
  const memory = new Remembered<string>({ mostMs: 10, mostWeight: 5 });
  const failing = () => memory.get("a", () => Promise.reject(new Error("gone")));
  await expect(Promise.all([failing(), failing()])).rejects.toThrow("gone");
  expect(memory.size).toBe(0);
  expect(await memory.get("a", async () => "there")).toBe("there");
});

test("what was being fetched when everything was forgotten is not remembered", async () => {
  const memory = new Remembered<string>({ mostMs: 60_000, mostWeight: 5 });
  let answer: (value: string) => void = () => undefined;
  const early = memory.get("a", () => new Promise((resolve) => (answer = resolve)));
  memory.clear();
  answer("old");
  expect(await early).toBe("old");
  expect(await memory.get("a", async () => "new")).toBe("new");
});

test("it never holds more than it may, whatever the entries weigh", async () => {
  const memory = new Remembered<string>({
    mostMs: 60_000,
    mostWeight: 100,
    weightOf: ({ length }) => length,
  });
  for (let n = 0; n < 1_000; n++) await memory.get(`${n}`, async () => "x".repeat(10));
  expect(memory.size).toBe(10);
  await memory.get("large", async () => "x".repeat(95));
  expect(memory.size).toBe(1);
  await memory.get("too large", async () => "x".repeat(101));
  expect(memory.size).toBe(0);
});
