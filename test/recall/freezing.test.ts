import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Sql } from "../../shared/postgres/database.ts";
import { findRecallDeviations } from "../../subgraphs/manufacturing/recall/consistency.store.ts";
import { type Answer, type Factory, openFactory } from "../manufacturing/factory.ts";
import { freeze, frozen, lot, readRecall } from "./recalls.ts";

let factory: Factory;
let acme: Sql;
beforeAll(async () => {
  factory = await openFactory();
  acme = factory.database.open().tenant("acme");
});
afterAll(() => factory.close());

const PAGE = `query Page($id: ID!, $after: String) {
  recall(id: $id) { devices(first: 7, after: $after) {
    totalCount nodes { serialNumber } pageInfo { hasNextPage endCursor } } }
}`;

describe("freezing", () => {
  test("keeps exactly what the criteria give, with a count and a hash that anybody can make again", async () => {
    await factory.record(
      { serialNumber: "F-2", lotCode: "FA" },
      { serialNumber: "F-10", lotCode: "FA" },
      { serialNumber: "F-é", lotCode: "FA" },
      { serialNumber: "F-3", lotCode: "FB" },
    );
    const { data } = await freeze(factory, { criteria: lot("FA") });
    const hash = createHash("sha256").update("F-10\nF-2\nF-é\n").digest("hex");
    expect(data.freezeRecall).toMatchObject({
      ...{ title: "cells", reason: "they swell", frozenBy: "recall_manager-1", state: "OPEN" },
      ...{ deviceCount: 3, hash, criteria: lot("FA"), knownAt: null },
      devices: {
        totalCount: 3,
        nodes: ["F-2", "F-10", "F-é"].map((serialNumber) => ({ serialNumber })),
      },
    });
    expect(data.freezeRecall.sentence).toContain("FA");
  });

  test("a device that comes to match later is a candidate, one that is corrected out a departure", async () => {
    await factory.record(
      { serialNumber: "L-1", lotCode: "LA" },
      { serialNumber: "L-2", lotCode: "LA" },
    );
    const { id, hash } = await frozen(factory, { criteria: lot("LA") });
    await factory.record(
      { serialNumber: "L-3", lotCode: "LA" },
      { serialNumber: "L-4", lotCode: "LB" },
    );
    await factory.correct("L-4", 1, { lotCode: "LA" });
    await factory.correct("L-2", 1, { lotCode: "LC" });
    expect(await readRecall(factory, id)).toMatchObject({
      ...{ deviceCount: 2, hash, held: ["L-1", "L-2"] },
      ...{ candidates: ["L-3", "L-4"], departures: ["L-2"] },
    });
  });

  test("as known on a day: what was recorded later is a candidate from the beginning", async () => {
    await factory.record({ serialNumber: "K-1", lotCode: "KA" });
    const { data } = await factory.ask("support", `{ device(serialNumber: "K-1") { recordedAt } }`);
    await factory.record({ serialNumber: "K-2", lotCode: "KA" });
    const { id } = await frozen(factory, { criteria: lot("KA"), knownAt: data.device.recordedAt });
    expect(await readRecall(factory, id)).toMatchObject({
      held: ["K-1"],
      candidates: ["K-2"],
      departures: [],
    });
  });

  test("another count than the one that was looked at freezes nothing", async () => {
    await factory.record({ serialNumber: "C-1", lotCode: "CA" });
    const before = await factory.ask("support", "{ recalls { totalCount } }");
    const { codes, errors } = await freeze(factory, { criteria: lot("CA"), expectedCount: 2 });
    expect(codes).toEqual(["SCOPE_CHANGED"]);
    expect(errors[0]?.extensions).toMatchObject({ count: 1, expected: 2 });
    expect(await factory.ask("support", "{ recalls { totalCount } }")).toEqual(before);
  });

  test.each([
    [
      "criteria that give no device",
      { criteria: { allOf: [lot("FA"), { field: { name: "phase", in: ["TESTING"] } }] } },
      "SCOPE_EMPTY",
    ],
    ["a lot that never was", { criteria: lot("FA-mistyped") }, "UNKNOWN_VALUE"],
    ["no title", { criteria: lot("FA"), title: " " }, "FIELD_REQUIRED"],
    ["no reason", { criteria: lot("FA"), reason: "" }, "REASON_REQUIRED"],
    [
      "nothing but what is not affected",
      {
        criteria: {
          allOf: [lot("FA"), { noneOf: [{ field: { name: "disposition", in: ["RELEASED"] } }] }],
        },
      },
      "SCOPE_EMPTY",
    ],
  ])("refuses %s", async (_, input, code) => {
    expect((await freeze(factory, input)).codes).toEqual([code]);
  });

  test("the same key and content answer the same recall; other content is refused", async () => {
    await factory.record({ serialNumber: "I-1", lotCode: "IA" });
    const [one, other] = [
      await freeze(factory, { criteria: lot("IA") }, "k1"),
      await freeze(factory, { criteria: lot("IA") }, "k1"),
    ];
    expect(other.data.freezeRecall).toEqual(one.data.freezeRecall);
    expect((await freeze(factory, { criteria: lot("IA"), title: "other" }, "k1")).codes).toEqual([
      "IDEMPOTENCY_KEY_REUSED",
    ]);
  });

  test("two that freeze with one key at once freeze one recall", async () => {
    await factory.record({ serialNumber: "R-1", lotCode: "RA" });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => freeze(factory, { criteria: lot("RA") }, "race")),
    );
    expect(new Set(answers.map(({ data }) => data.freezeRecall.id)).size).toBe(1);
  });
});

describe("what is frozen stays", () => {
  test.each([
    "UPDATE recall SET device_count = 0",
    "UPDATE recall_item SET serial_number = 'X'",
    "DELETE FROM recall",
    "DELETE FROM recall_item",
    "TRUNCATE recall_item",
    `INSERT INTO recall_item SELECT 'acme', r.recall_id, 999999, 'X', NULL, 1 FROM recall r`,
    "INSERT INTO recall_item VALUES ('acme', 999999, 1, 'X', NULL, 1)",
  ])("the application may not: %s", async (text) => {
    await expect(acme.run(text)).rejects.toThrow(/permission denied|append-only|frozen/);
    await expect(factory.database.admin(text)).rejects.toThrow(/append-only|frozen/);
  });

  test("while devices are recorded and corrected, its pages, count and hash agree", async () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({
      serialNumber: `W-${index}`,
      lotCode: "WA",
    }));
    await factory.record(...rows);
    const { id, hash } = await frozen(factory, { criteria: lot("WA") });
    const writing = (async () => {
      for (let index = 0; index < 40; index++) {
        await factory.record({ serialNumber: `W-late-${index}`, lotCode: "WA" });
        await factory.correct(`W-${index}`, 1, { lotCode: "WB" });
      }
    })();
    for (let look = 0; look < 10; look++) {
      const held: string[] = [];
      let after: string | null = null;
      do {
        const { data }: Answer = await factory.ask("support", PAGE, { id, after });
        held.push(
          ...data.recall.devices.nodes.map((one: { serialNumber: string }) => one.serialNumber),
        );
        expect(data.recall.devices.totalCount).toBe(60);
        const { hasNextPage, endCursor } = data.recall.devices.pageInfo;
        after = hasNextPage ? endCursor : null;
      } while (after !== null);
      const text = held
        .sort()
        .map((name) => `${name}\n`)
        .join("");
      expect(createHash("sha256").update(text).digest("hex")).toBe(hash);
    }
    await writing;
    expect(await readRecall(factory, id)).toMatchObject({ deviceCount: 60, hash });
  });
});

describe("check finds", () => {
  const find = () => findRecallDeviations(acme, 10);
  /** As a superuser can, past every trigger. */
  const tamper = (text: string) =>
    factory.database.admin(`SET session_replication_role = replica; ${text}`);

  test("nothing where nobody tampered", async () => {
    expect(await find()).toEqual([]);
  });

  test.each([
    [
      "a device taken out",
      "DELETE FROM recall_item WHERE serial_number = 'B-1'",
      "FROZEN_SET_DIFFERS",
    ],
    [
      "a device renamed",
      "UPDATE recall_item SET serial_number = 'B-9' WHERE serial_number = 'B-1'",
      "RECALLED_DEVICE_DIFFERS",
    ],
    [
      "another count",
      "UPDATE recall SET device_count = 7 WHERE title = 'tampered'",
      "FROZEN_SET_DIFFERS",
    ],
  ])("%s", async (_, text, kind) => {
    await factory.record({ serialNumber: "B-1", lotCode: "BA" }).catch(() => undefined);
    await frozen(factory, { criteria: lot("BA"), title: "tampered" });
    await tamper(text);
    try {
      expect((await find()).map((deviation) => deviation.kind)).toContain(kind);
    } finally {
      await tamper("DELETE FROM recall_item; DELETE FROM recall");
    }
  });
});
