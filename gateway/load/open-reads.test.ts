import { expect, test } from "@jest/globals";
import { OpenReads } from "./open-reads.ts";

test("whoever reads too much from one address waits, and nobody else does", () => {
  let now = 0;
  // 6 a minute: one at once.
  const reads = new OpenReads({ share: 0.001, now: () => now });
  reads.take("a");
  expect(() => reads.take("a")).toThrow(
    expect.objectContaining({ status: 429, headers: { "retry-after": "10" } }),
  );
  reads.take("b");
  now = 10_000;
  reads.take("a");
});
