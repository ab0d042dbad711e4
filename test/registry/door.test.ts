import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { REVOKE, type RegistryGateway, registryGateway } from "./registry-gateway.ts";

const LOT = "query Lot($n: String!) { device(serialNumber: $n) { serialNumber lotCode } }";

let registry: RegistryGateway;
beforeAll(async () => {
  registry = await registryGateway();
}, 60_000);
afterEach(() => registry?.closeElsewhere());
afterAll(() => registry?.close());

describe("the way of a request", () => {
  test("asks the database once, however many come with a key, known or not", async () => {
    const { text, client } = await registry.partnerWithKey();
    const sent: string[] = [];
    const other = await registry.elsewhere((sql) => void sent.push(sql));
    const unknown = text.replace(/_[0-9a-f]{16}_/, "_00000000000000ab_");
    const asked = Array.from({ length: 100 }, async () => {
      expect(await other.clientOfKey(unknown)).toBeNull();
      expect((await other.clientOfKey(text))?.name).toBe(client);
      expect((await other.client("demo", client))?.kind).toBe("PARTNER");
      expect(await other.client("demo", "nobody")).toBeNull();
    });
    await Promise.all(asked);
    const reads = sent.filter((sql) => sql.startsWith("SELECT"));
    expect(reads).toHaveLength(4);
  });

  test("refuses what was revoked elsewhere within eleven seconds, remembered or not", async () => {
    const { client, text, keyId } = await registry.partnerWithKey();
    const other = await registry.elsewhere();
    expect(await other.clientOfKey(text)).not.toBeNull();
    expect((await other.client("demo", client))?.isActive).toBe(true);
    await registry.data(REVOKE, { keyId });
    const revokedAt = Date.now();
    while ((await other.clientOfKey(text)) && Date.now() - revokedAt < 15_000) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(Date.now() - revokedAt).toBeLessThan(11_000);
  }, 30_000);

  test("writes down that a key was used, once a minute and to nobody's delay", async () => {
    const { client, text } = await registry.partnerWithKey();
    const sent: string[] = [];
    const other = await registry.elsewhere((sql) => void sent.push(sql));
    for (let n = 0; n < 20; n++) await other.clientOfKey(text);
    await registry.closeElsewhere();
    expect(sent.filter((sql) => sql.startsWith("UPDATE"))).toHaveLength(1);
    const [key] = await registry.keysOf(client);
    expect(Date.now() - Date.parse(key.lastUsedAt)).toBeLessThan(60_000);
    // A second gateway finds that it was written shortly before.
    await (await registry.elsewhere()).clientOfKey(text);
    await registry.closeElsewhere();
    const [again] = await registry.keysOf(client);
    expect(again.lastUsedAt).toBe(key.lastUsedAt);
  });

  test("does not let made-up tenants open connections of their own", async () => {
    const other = await registry.elsewhere();
    const { text } = await registry.partnerWithKey();
    const made = Array.from({ length: 50 }, (_, n) => text.replace("demo", `made-up-${n}`));
    for (const one of made) expect(await other.clientOfKey(one)).toBeNull();
    const [row] = await registry.gateway.database.admin<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
       AND query LIKE '%client_key k JOIN client c%'`,
    );
    expect(Number(row?.count)).toBeLessThanOrEqual(3);
  });

  test("says that the database cannot be asked, and remembers no such answer", async () => {
    const { text, client } = await registry.partnerWithKey();
    const { text: remembered } = await registry.partnerWithKey();
    const other = await registry.elsewhere();
    await other.clientOfKey(remembered);
    const { database } = registry.gateway;
    const gone = expect.objectContaining({ code: "DATABASE_UNAVAILABLE" });
    await database.stop();
    try {
      await expect(other.clientOfKey(text)).rejects.toEqual(gone);
      await expect(other.client("demo", client)).rejects.toEqual(gone);
      await expect(other.document("demo", client, "x")).rejects.toEqual(gone);
      expect(await other.clientOfKey(remembered)).not.toBeNull();
    } finally {
      await database.resume();
    }
    expect((await other.clientOfKey(text))?.name).toBe(client);
  });

  test("a document of another tenant, another client or no id is not there", async () => {
    const client = await registry.newApp();
    await registry.publish(client, [{ id: "lot", text: LOT }]);
    const other = await registry.elsewhere();
    expect(await other.document("demo", client, "lot")).not.toBeNull();
    for (const [tenant, name, id] of [
      ["elsewhere", client, "lot"],
      ["demo", "app-1x", "lot"],
      ["demo", client, "Lot"],
      ["demo", client, "lot\u0000"],
      ["demo", client, "x".repeat(100_000)],
      ["*", client, "lot"],
      ["demo", "a/b", "lot"],
    ] as const) {
      expect(await other.document(tenant, name, id)).toBeNull();
    }
  });
});
