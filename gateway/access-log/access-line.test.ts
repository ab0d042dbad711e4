import { expect, test } from "@jest/globals";
import { SeenDevices } from "../../shared/graph/seen-devices.ts";
import { accessLineOf } from "./access-line.ts";

const caller = { subject: "ada", tenant: "acme", roles: ["support" as const], client: "inspector" };
const answered = {
  documentId: null,
  text: "{ device { connhexId } }",
  operationName: "Look",
  operationType: "query" as const,
  outcomes: new Set<string>(),
  status: 200,
  ms: 1.2345,
};

function lineWith(devices: number, more: Partial<typeof answered> = {}) {
  const seen = new SeenDevices();
  for (let index = 0; index < devices; index++) seen.add([`hex-${index}`, null]);
  return { seen, line: accessLineOf({ caller, requestId: "r-1", seen }, { ...answered, ...more }) };
}

const CASES: [devices: number, named: number, isHashed: boolean][] = [
  [0, 0, false],
  [1, 1, false],
  [100, 100, false],
  [101, 0, true],
];
test.each(CASES)("an answer of %i devices names %i", (devices, named, isHashed) => {
  const { seen, line } = lineWith(devices);
  expect(line.deviceCount).toBe(devices);
  expect(line.devices).toHaveLength(named);
  expect(line.deviceHash).toBe(isHashed ? seen.hash() : null);
});

test("of a document its SHA-256 stands there, and nothing else", () => {
  const { line } = lineWith(1);
  // printf '{ device { connhexId } }' | sha256sum
  expect(line.textHash).toBe("2cce2709bb0080e0ecad572ce7c41d2f32df08bfce4f0cff60cbe0dc5dd5319f");
  expect(JSON.stringify(line)).not.toContain("{ device");
});

test("what PostgreSQL or a reader would stumble over is replaced, and what is too long is cut", () => {
  const seen = new SeenDevices();
  const hostile = { ...caller, subject: `a\u0000b\ud800${"c".repeat(1_000)}`, client: "x\ny" };
  const outcomes = Array.from({ length: 50 }, (_, index) => `CODE_${index}`);
  const operationName = "n".repeat(10_000);
  const line = accessLineOf(
    { caller: hostile, requestId: "r-1", seen },
    { ...answered, outcomes, operationName },
  );
  expect(line.subject.slice(0, 5)).toBe("a\ufffdb\ufffdc");
  expect(line.subject).toHaveLength(256);
  expect(line.client).toBe("x\ufffdy");
  expect(line.operationName).toHaveLength(128);
  expect(line.outcomes).toHaveLength(20);
  expect(line.ms).toBe(1.2);
});
