import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { statements } from "../support/postgres.ts";
import { type Factory, openFactory, RECORD } from "./factory.ts";

const REHEARSE = RECORD.replace("$key: String", "$key: String, $dryRun: Boolean").replace(
  "idempotencyKey: $key",
  "idempotencyKey: $key, dryRun: $dryRun",
);

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "burnIn", type: "INTEGER", isGroupable: false });
});
afterAll(() => factory.close());

/** Rows that add, repeat, contradict, go back in phase, are malformed or name a device twice. */
const rows = fc.array(
  fc.record(
    {
      serialNumber: fc.constantFrom("D-1", "D-2", "D-3", "D-4", " D-5", ""),
      lotCode: fc.constantFrom("L-1", "L-2", "L\u0000"),
      phase: fc.constantFrom("MANUFACTURING", "TESTING", "PACKAGING"),
      disposition: fc.constantFrom("RELEASED", "QUARANTINED"),
      attributes: fc.constantFrom({ burnIn: 5 }, { burnIn: "five" }, { unknown: 1 }),
    },
    { requiredKeys: ["serialNumber"] },
  ),
  { minLength: 1, maxLength: 6 },
);

test("a dry run tells what recording tells then, and sends nothing that writes", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (input) => {
      factory.database.sent.length = 0;
      const rehearsed = await factory.ask("line", REHEARSE, { input, dryRun: true });
      expect(statements(factory.database.sent).filter((sql) => !/^\s*SELECT/.test(sql))).toEqual(
        [],
      );
      const recorded = await factory.ask("line", RECORD, { input });
      expect(rehearsed).toEqual(recorded);
    }),
    { numRuns: 60 },
  );
});

test("a dry run leaves its key free", async () => {
  const input = [{ serialNumber: "K-1" }];
  const rehearsed = await factory.ask("line", REHEARSE, { input, key: "k-1", dryRun: true });
  expect(rehearsed.data.recordDevices).toMatchObject({ recorded: 1 });
  const other = [{ serialNumber: "K-2" }];
  const recorded = await factory.ask("line", RECORD, { input: other, key: "k-1" });
  expect(recorded.data.recordDevices).toMatchObject({ recorded: 1 });
  const again = await factory.ask("line", REHEARSE, { input, dryRun: true });
  expect(again.data.recordDevices).toMatchObject({ recorded: 1 });
});
