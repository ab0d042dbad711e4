import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { callerOf, type Factory, openFactory } from "../manufacturing/factory.ts";
import { frozen, lot, READ_RECALL, STATUS, statusOf } from "./recalls.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

describe("the status of a device", () => {
  test("is RECALLED in an open recall, UNKNOWN for its candidates, CLEAR for the others", async () => {
    await factory.record(
      { serialNumber: "S-1", lotCode: "SA" },
      { serialNumber: "S-2", lotCode: "SB" },
    );
    expect(await statusOf(factory, "S-1")).toBe("CLEAR");
    const { id } = await frozen(factory, { criteria: lot("SA"), title: "swollen" });
    await factory.record({ serialNumber: "S-3", lotCode: "SA" });
    expect(await statusOf(factory, "S-1")).toBe("RECALLED");
    expect(await statusOf(factory, "S-2")).toBe("CLEAR");
    expect(await statusOf(factory, "S-3")).toBe("UNKNOWN");
    const { data } = await factory.ask("support", STATUS, { serialNumber: "S-1" });
    expect(data.device.recalls).toEqual([{ id, title: "swollen", state: "OPEN" }]);
  });

  test("stays RECALLED where a correction takes the device out of the criteria", async () => {
    await factory.record({ serialNumber: "D-1", lotCode: "DA" });
    await frozen(factory, { criteria: lot("DA") });
    await factory.correct("D-1", 1, { lotCode: "DB" });
    expect(await statusOf(factory, "D-1")).toBe("RECALLED");
  });

  test("is as before where the recall is withdrawn; the recall is withdrawn once", async () => {
    await factory.record({ serialNumber: "V-1", lotCode: "VA" });
    const { id } = await frozen(factory, { criteria: lot("VA") });
    const withdraw = `mutation ($id: ID!) { withdrawRecall(id: $id, reason: "mistaken") { state withdrawnBy withdrawalReason deviceCount } }`;
    const { data } = await factory.ask("compliance", withdraw, { id });
    expect(data.withdrawRecall).toEqual({
      ...{
        state: "WITHDRAWN",
        withdrawnBy: "compliance-1",
        withdrawalReason: "mistaken",
        deviceCount: 1,
      },
    });
    expect(await statusOf(factory, "V-1")).toBe("CLEAR");
    expect((await factory.ask("compliance", withdraw, { id })).codes).toEqual([
      "NOTHING_TO_CHANGE",
    ]);
  });

  test("is UNKNOWN, never CLEAR, where it cannot be asked", async () => {
    await factory.record({ serialNumber: "U-1", lotCode: "UA" });
    expect(await statusOf(factory, "U-1")).toBe("CLEAR");
    await factory.database.admin("ALTER TABLE recall_item RENAME TO recall_item_away");
    try {
      expect(await statusOf(factory, "U-1")).toBe("UNKNOWN");
    } finally {
      await factory.database.admin("ALTER TABLE recall_item_away RENAME TO recall_item");
    }
  });

  test("another tenant's recalls say nothing of the own devices", async () => {
    const other = callerOf("admin", { tenant: "globex" });
    await factory.ask(
      other,
      `mutation { recordDevices(input: [{ serialNumber: "T-1", lotCode: "TA" }]) { recorded } }`,
    );
    await factory.record({ serialNumber: "T-1", lotCode: "TA" });
    const { id } = await frozen(factory, { criteria: lot("TA") });
    expect((await factory.ask(other, READ_RECALL, { id })).data.recall).toBeNull();
    expect(
      (await factory.ask(other, STATUS, { serialNumber: "T-1" })).data.device.recallStatus,
    ).toBe("CLEAR");
  });
});
