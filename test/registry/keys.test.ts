import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { openRegistry } from "../../gateway/open-registry.ts";
import type { Registry } from "../../gateway/registry/registry.ts";
import { setLogWriter } from "../../shared/log.ts";
import {
  ADD_KEY,
  KEYS,
  REVOKE,
  type RegistryGateway,
  ROTATE,
  registryGateway,
} from "./registry-gateway.ts";

let registry: RegistryGateway;
/** Every line that was logged. */
const logged: string[] = [];
/** Other gateways on the same database; each remembers for itself. */
const others: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  setLogWriter((line) => void logged.push(line));
  registry = await registryGateway();
}, 60_000);
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.close()));
});
afterAll(() => registry?.close());

async function anotherGateway(observe?: (sql: string) => void): Promise<Registry> {
  const databaseUrl = registry.gateway.database.appUrl;
  const other = await openRegistry({ databaseUrl, ...(observe && { observe }) });
  others.push(other);
  return other.registry;
}

/** A partner of its own, with its first key. */
let partners = 0;
async function partnerWithKey(): Promise<{ client: string; text: string; keyId: string }> {
  const client = `partner-${++partners}`;
  await registry.addPartner(client);
  const { addClientKey } = await registry.data(ADD_KEY, { client });
  return { client, text: addClientKey.text, keyId: addClientKey.key.keyId };
}

async function keysOf(name: string) {
  return (await registry.data(KEYS, { name })).client.keys;
}

function validOf(keys: { expiresAt: string | null; revokedAt: string | null }[]) {
  const now = new Date().toISOString();
  return keys.filter(
    ({ expiresAt, revokedAt }) => revokedAt === null && (expiresAt === null || expiresAt > now),
  );
}

describe("a key", () => {
  test("opens the door for its client, with the client's tenant and roles", async () => {
    const { client, text } = await partnerWithKey();
    const other = await anotherGateway();
    expect(await other.clientOfKey(text)).toEqual({
      tenant: "demo",
      name: client,
      kind: "PARTNER",
      roles: ["partner"],
      requestsPerMinute: null,
      isActive: true,
    });
  });

  test("is shown once, and stands nowhere: not in a list, the log or the database", async () => {
    const client = "secretive";
    await registry.addPartner(client);
    const { addClientKey } = await registry.data(ADD_KEY, { client });
    const { rotateClientKey } = await registry.data(ROTATE, { client });
    await (await anotherGateway()).clientOfKey(addClientKey.text);
    await (await anotherGateway()).clientOfKey(`${addClientKey.text.slice(0, -1)}x`);
    const list = (await registry.ask(KEYS, { name: client })).text;
    const { database } = registry.gateway;
    const tables = await database.admin<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const rows = await Promise.all(
      tables.map(({ name }) => database.admin(`SELECT t::text AS row FROM ${name} t`)),
    );
    const everything = JSON.stringify(rows) + list + logged.join("\n");
    expect(everything).toContain(addClientKey.key.keyId);
    for (const { text, key } of [addClientKey, rotateClientKey]) {
      const [, tenant, keyId, secret] = text.split("_");
      expect({ tenant, keyId }).toEqual({ tenant: "demo", keyId: key.keyId });
      expect(secret).toMatch(/^[0-9a-f]{64}$/);
      expect(everything).not.toContain(secret);
      const bytes = Buffer.from(secret, "hex");
      for (const form of ["base64", "base64url"] as const) {
        expect(everything).not.toContain(bytes.toString(form).replace(/=+$/, ""));
      }
      expect(list).toContain(`"last4":"${secret.slice(-4)}"`);
    }
  });

  test("that is wrong in any part, or no key at all, is nobody's", async () => {
    const { text, keyId } = await partnerWithKey();
    const other = await anotherGateway();
    const last = text.at(-1) === "0" ? "1" : "0";
    const wrong = [
      `${text.slice(0, -1)}${last}`,
      text.replace("tgk_demo_", "tgk_elsewhere_"),
      text.replace(keyId, "0".repeat(16)),
      text.toUpperCase(),
      `${text} `,
      `${text}\n`,
      text.slice(0, -1),
      `${text}0`,
      "tgk_demo__",
      `tgk_*_${text.slice(9)}`,
      "",
      "x".repeat(100_000),
    ];
    for (const one of wrong) expect(await other.clientOfKey(one)).toBeNull();
    expect(await other.clientOfKey(text)).not.toBeNull();
  });

  test("ends at its time, and cannot have ended before it began", async () => {
    const client = "short-lived";
    await registry.addPartner(client);
    const past = { client, expiresAt: "2020-01-01T00:00:00Z" };
    expect(await registry.refusal(ADD_KEY, past)).toBe("BAD_USER_INPUT");
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { addClientKey } = await registry.data(ADD_KEY, { client, expiresAt });
    const other = await anotherGateway();
    expect(await other.clientOfKey(addClientKey.text)).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    // Remembered for ten seconds, and refused all the same.
    expect(await other.clientOfKey(addClientKey.text)).toBeNull();
  });

  test("of a client that may not come in opens nothing", async () => {
    const { client, text } = await partnerWithKey();
    await registry.data(
      `mutation ($name: String!) {
        changeClient(name: $name, changes: { isActive: false }, reason: "unpaid") { name }
      }`,
      { name: client },
    );
    expect(await (await anotherGateway()).clientOfKey(text)).toBeNull();
  });

  test("is revoked once, with a reason, at once where it is revoked", async () => {
    const { client, text, keyId } = await partnerWithKey();
    const { revokeClientKey } = await registry.data(REVOKE, { keyId });
    expect(revokeClientKey.revokedAt).toMatch(/Z$/);
    expect(await (await anotherGateway()).clientOfKey(text)).toBeNull();
    expect(await registry.refusal(REVOKE, { keyId })).toBe("NOTHING_TO_CHANGE");
    const history = `query ($name: String!) {
      client(name: $name) { history { kind about reason } }
    }`;
    const { client: read } = await registry.data(history, { name: client });
    expect(read.history[0]).toEqual({ kind: "KEY_REVOKED", about: keyId, reason: "it leaked" });
  });

  test("of another tenant, or none, cannot be revoked", async () => {
    const { keyId, text } = await partnerWithKey();
    const elsewhere = { tenant: "elsewhere" };
    expect(await registry.refusal(REVOKE, { keyId }, elsewhere)).toBe("NOT_FOUND");
    for (const none of ["0".repeat(16), "", "a\u0000", text]) {
      expect(await registry.refusal(REVOKE, { keyId: none })).toBe("NOT_FOUND");
    }
    expect(await (await anotherGateway()).clientOfKey(text)).not.toBeNull();
  });
});

describe("two keys at most are valid at once:", () => {
  test("a third is refused until one is revoked", async () => {
    const { client, keyId } = await partnerWithKey();
    await registry.data(ADD_KEY, { client });
    expect(await registry.refusal(ADD_KEY, { client })).toBe("LIMIT_EXCEEDED");
    expect(await registry.refusal(ROTATE, { client })).toBe("LIMIT_EXCEEDED");
    await registry.data(REVOKE, { keyId });
    await registry.data(ADD_KEY, { client });
    expect(validOf(await keysOf(client))).toHaveLength(2);
    expect(await keysOf(client)).toHaveLength(3);
  });

  test("a rotation lets the old key live on for the overlap, and no longer", async () => {
    const { client, text, keyId } = await partnerWithKey();
    const { rotateClientKey } = await registry.data(ROTATE, { client, overlapHours: 2 });
    const other = await anotherGateway();
    expect(await other.clientOfKey(text)).not.toBeNull();
    expect(await other.clientOfKey(rotateClientKey.text)).not.toBeNull();
    const old = (await keysOf(client)).find((key: { keyId: string }) => key.keyId === keyId);
    const hours = (Date.parse(old.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1.99);
    expect(hours).toBeLessThan(2.01);
  });

  test("a rotation without overlap ends the old key at once", async () => {
    const { client, text } = await partnerWithKey();
    const { rotateClientKey } = await registry.data(ROTATE, { client, overlapHours: 0 });
    const other = await anotherGateway();
    expect(await other.clientOfKey(text)).toBeNull();
    expect(await other.clientOfKey(rotateClientKey.text)).not.toBeNull();
  });

  test("without a valid key there is nothing to rotate, and no overlap is endless", async () => {
    await registry.addPartner("keyless");
    const client = "keyless";
    expect(await registry.refusal(ROTATE, { client })).toBe("NOT_FOUND");
    expect(await registry.refusal(ROTATE, { client, overlapHours: 721 })).toBe("BAD_USER_INPUT");
    expect(await registry.refusal(ROTATE, { client, overlapHours: -1 })).toBe("BAD_USER_INPUT");
    expect(await registry.refusal(ROTATE, { client: "nobody" })).toBe("NOT_FOUND");
  });

  test("however many rotate or add at the same time, never are there three", async () => {
    const { client } = await partnerWithKey();
    const asked = Array.from({ length: 8 }, (_, n) =>
      registry.ask(n % 2 === 0 ? ROTATE : ADD_KEY, { client }),
    );
    const codes = (await Promise.all(asked)).map(
      ({ errors }) => errors[0]?.extensions.code ?? "ok",
    );
    expect(codes.sort()).toEqual([...Array(7).fill("LIMIT_EXCEEDED"), "ok"]);
    expect(validOf(await keysOf(client))).toHaveLength(2);
  });
});

describe("the way of a request", () => {
  test("asks the database once, however many come with a key, known or not", async () => {
    const { text, client } = await partnerWithKey();
    const sent: string[] = [];
    const other = await anotherGateway((sql) => void sent.push(sql));
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
    const { client, text, keyId } = await partnerWithKey();
    const other = await anotherGateway();
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
    const { client, text } = await partnerWithKey();
    const sent: string[] = [];
    const other = await anotherGateway((sql) => void sent.push(sql));
    for (let n = 0; n < 20; n++) await other.clientOfKey(text);
    await others.splice(0)[0]?.close();
    expect(sent.filter((sql) => sql.startsWith("UPDATE"))).toHaveLength(1);
    const [key] = await keysOf(client);
    expect(Date.now() - Date.parse(key.lastUsedAt)).toBeLessThan(60_000);
    // A second gateway finds that it was written shortly before.
    await (await anotherGateway()).clientOfKey(text);
    await others.splice(0)[0]?.close();
    const [again] = await keysOf(client);
    expect(again.lastUsedAt).toBe(key.lastUsedAt);
  });

  test("does not let made-up tenants open connections of their own", async () => {
    const other = await anotherGateway();
    const { text } = await partnerWithKey();
    const made = Array.from({ length: 50 }, (_, n) => text.replace("demo", `made-up-${n}`));
    for (const one of made) expect(await other.clientOfKey(one)).toBeNull();
    const [row] = await registry.gateway.database.admin<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
       AND query LIKE '%client_key k JOIN client c%'`,
    );
    expect(Number(row?.count)).toBeLessThanOrEqual(3);
  });

  test("says that the database cannot be asked, and remembers no such answer", async () => {
    const { text, client } = await partnerWithKey();
    const { text: remembered } = await partnerWithKey();
    const other = await anotherGateway();
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
});
