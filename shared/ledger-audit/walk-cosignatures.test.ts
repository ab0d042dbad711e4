import { expect, test } from "@jest/globals";
import { type AuditDeviation, Findings } from "./findings.ts";
import { CosignatureWalk } from "./walk-cosignatures.ts";

test("witnesses that stay silent are told of in the same words, however the log grows", () => {
  const told = [1_000, 5_000].map((due) => {
    const found: AuditDeviation[] = [];
    const findings = new Findings("manufacturing", 10, (deviation) => void found.push(deviation));
    const rule = { verifiers: [], isEnough: () => true, graceSeconds: 60 };
    new CosignatureWalk(rule, findings).finish(due, []);
    return found;
  });
  expect(told[0]).toMatchObject([{ code: "COSIGNATURE_MISSING" }]);
  expect(told[1]).toEqual(told[0]);
});
