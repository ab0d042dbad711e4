import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { findDeviations } from "../../subgraphs/manufacturing/device/consistency.store.ts";
import { type Factory, openFactory } from "./factory.ts";

let factory: Factory;
beforeEach(async () => {
  factory = await openFactory();
  await factory.define({ name: "reel", type: "INTEGER", isGroupable: true });
  await factory.define({ name: "note", type: "TEXT" });
  await factory.record(
    ...["A", "B", "C"].map((serialNumber) => ({
      serialNumber,
      lotCode: "L",
      attributes: { reel: 7, note: "x" },
    })),
  );
  await factory.correct("B", 1, { lotCode: "M", attributes: { reel: null, note: "y" } });
  await factory.correct("B", 2, { lotCode: null, workOrder: "W", attributes: { reel: 8 } });
});
afterEach(() => factory.close());

const find = () => findDeviations(factory.database.open().tenant("acme"), 100);

test("law 3: what the API wrote has no deviation", async () => {
  expect(await find()).toEqual([]);
});

const B = "(SELECT device_id FROM device WHERE serial_number = 'B')";

test.each<[tampering: string, kinds: string[]]>([
  ["UPDATE device SET site = 'X' WHERE serial_number = 'B'", ["PROJECTION_DIFFERS"]],
  [
    `UPDATE device SET attributes = '{"reel": 9}' WHERE serial_number = 'B'`,
    ["PROJECTION_DIFFERS"],
  ],
  [
    "UPDATE device SET revision = 2 WHERE serial_number = 'B'",
    ["PROJECTION_DIFFERS", "REVISIONS_NOT_CONTIGUOUS"],
  ],
  [
    `DELETE FROM device_revision WHERE revision = 2 AND device_id = ${B}`,
    ["REVISIONS_NOT_CONTIGUOUS", "CHANGED_FIELDS_DIFFER", "GROUPS_DIFFER"],
  ],
  [
    "DELETE FROM device WHERE serial_number = 'B'",
    ["REVISIONS_NOT_CONTIGUOUS", "IDENTIFIERS_DIFFER"],
  ],
  [
    `UPDATE device_revision SET recorded_at = '2001-01-01' WHERE revision = 2 AND device_id = ${B}`,
    ["RECORDED_AT_NOT_RISING"],
  ],
  [
    `UPDATE device_revision SET lot_code = 'X' WHERE revision = 2 AND device_id = ${B}`,
    ["GROUPS_DIFFER"],
  ],
  [
    `UPDATE device_revision SET site = 'X' WHERE revision = 2 AND device_id = ${B}`,
    ["CHANGED_FIELDS_DIFFER", "RECORDED_VALUES_DIFFER"],
  ],
  ["INSERT INTO recorded_value VALUES ('acme', 'fwVersion', '9')", ["RECORDED_VALUES_DIFFER"]],
  [
    `UPDATE device_revision SET attributes = '{"note": "z"}' WHERE revision = 1 AND device_id = ${B}`,
    ["CHANGED_FIELDS_DIFFER", "GROUPS_DIFFER"],
  ],
  ["DELETE FROM device_group WHERE field = 'lotCode' AND value = 'M'", ["GROUPS_DIFFER"]],
  ["DELETE FROM device_group WHERE field = 'reel' AND value = ''", ["GROUPS_DIFFER"]],
  [`INSERT INTO device_group VALUES ('acme', 'reel', '9', ${B}, 2)`, ["GROUPS_DIFFER"]],
  ["DELETE FROM device_identifier WHERE value = 'B'", ["IDENTIFIERS_DIFFER"]],
  [`INSERT INTO device_identifier VALUES ('acme', 'connhexId', 'h', ${B})`, ["IDENTIFIERS_DIFFER"]],
])("%s is found", async (tampering, kinds) => {
  await factory.database.admin(`SET session_replication_role = replica; ${tampering}`);
  const found = new Set((await find()).map(({ kind }) => kind));
  expect([...found]).toEqual(expect.arrayContaining(kinds));
  const elsewhere = await findDeviations(factory.database.open().tenant("beta"), 100);
  expect(elsewhere).toEqual([]);
});
