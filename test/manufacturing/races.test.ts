import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { findDeviations } from "../../subgraphs/manufacturing/device/consistency.store.ts";
import { CORRECT, DEFINE, type Factory, openFactory, RECORD } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

test("of 100 concurrent corrections of one revision one succeeds, 99 are told the present one", async () => {
  await factory.record({ serialNumber: "C1", lotCode: "A" });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      factory.ask("engineering", CORRECT, {
        serialNumber: "C1",
        changes: { lotCode: `B-${index}` },
        reason: "race",
        expectedRevision: 1,
      }),
    ),
  );
  const errors = answers.flatMap((answer) => answer.errors);
  expect(errors).toHaveLength(99);
  for (const { extensions } of errors) {
    expect(extensions).toMatchObject({ code: "STALE_REVISION", presentRevision: 2 });
  }
});

test("concurrent recordings of one new serial number make one device", async () => {
  const batches = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      factory.ask("line", RECORD, {
        input: [{ serialNumber: "N1", lotCode: index % 2 === 0 ? "EVEN" : "ODD" }],
      }),
    ),
  );
  const verdicts = batches.map(({ data }) => data.recordDevices.verdicts[0]);
  const count = (outcome: string) => verdicts.filter((one) => one.outcome === outcome).length;
  expect([count("RECORDED"), count("UNCHANGED"), count("REFUSED")]).toEqual([1, 49, 50]);
  for (const { outcome, code } of verdicts) {
    if (outcome === "REFUSED") expect(code).toBe("ALREADY_RECORDED");
  }
  const rows = await factory.database.admin("SELECT 1 FROM device WHERE serial_number = 'N1'");
  expect(rows).toHaveLength(1);
});

test("batches that overlap, in opposite orders, lose nothing and repeat nothing", async () => {
  const serialNumbers = Array.from({ length: 200 }, (_, index) => `O-${index}`);
  const fields = ["lotCode", "workOrder", "palletId", "packageId", "site", "partNumber"];
  // More writers at once than a few tries would bear: each try may lose to another one's commit.
  await Promise.all(
    fields.map((field, index) => {
      const input = serialNumbers.map((serialNumber) => ({ serialNumber, [field]: "X" }));
      if (index % 2 === 1) input.reverse();
      return factory.record(...input);
    }),
  );
  const rows = await factory.database.admin<{ count: string }>(
    `SELECT count(*) FROM device WHERE serial_number LIKE 'O-%' AND revision = 6
     AND (lot_code, work_order, pallet_id, package_id, site, part_number) = ('X','X','X','X','X','X')`,
  );
  expect(rows[0]?.count).toBe("200");
});

test("a field that begins to group while others write has every membership", async () => {
  const ask = (input: object) => factory.ask("engineering", DEFINE, { input });
  await ask({ name: "reel", type: "TEXT" });
  let isDone = false;
  const write = async (writer: number) => {
    for (let round = 0; !isDone; round++) {
      const serialNumber = `W-${writer}-${round}`;
      await factory.record({ serialNumber, attributes: { reel: `R-${round % 5}` } });
      await factory.correct(serialNumber, 1, {
        attributes: { reel: round % 3 === 0 ? null : "R-new" },
      });
    }
    return 1;
  };
  const writers = [0, 1, 2, 3, 4, 5].map(write);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { errors } = await ask({ name: "reel", type: "TEXT", isGroupable: true });
  expect(errors).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  isDone = true;
  await Promise.all(writers);
  expect(await findDeviations(factory.database.open().tenant("acme"), 10)).toEqual([]);
  const { data } = await factory.ask(
    "support",
    `{ productionGroup(field: "reel", value: "R-new") { deviceCount } }`,
  );
  expect(data.productionGroup.deviceCount).toBeGreaterThan(0);
});
