import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
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
beforeAll(async () => {
  setLogWriter((line) => void logged.push(line));
  registry = await registryGateway();
}, 60_000);
afterEach(() => registry?.closeElsewhere());
afterAll(() => registry?.close());

function validOf(keys: { expiresAt: string | null; revokedAt: string | null }[]) {
  const now = new Date().toISOString();
  return keys.filter(
    ({ expiresAt, revokedAt }) => revokedAt === null && (expiresAt === null || expiresAt > now),
  );
}

describe("a key", () => {
  test("opens the door for its client, with the client's tenant and roles", async () => {
    const { client, text } = await registry.partnerWithKey();
    const other = await registry.elsewhere();
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
    await (await registry.elsewhere()).clientOfKey(addClientKey.text);
    await (await registry.elsewhere()).clientOfKey(`${addClientKey.text.slice(0, -1)}x`);
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
    const { text, keyId } = await registry.partnerWithKey();
    const other = await registry.elsewhere();
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
    const other = await registry.elsewhere();
    expect(await other.clientOfKey(addClientKey.text)).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    // Remembered for ten seconds, and refused all the same.
    expect(await other.clientOfKey(addClientKey.text)).toBeNull();
  });

  test("of a client that may not come in opens nothing", async () => {
    const { client, text } = await registry.partnerWithKey();
    await registry.data(
      `mutation ($name: String!) {
        changeClient(name: $name, changes: { isActive: false }, reason: "unpaid") { name }
      }`,
      { name: client },
    );
    expect(await (await registry.elsewhere()).clientOfKey(text)).toBeNull();
  });

  test("is revoked once, with a reason, at once where it is revoked", async () => {
    const { client, text, keyId } = await registry.partnerWithKey();
    const { revokeClientKey } = await registry.data(REVOKE, { keyId });
    expect(revokeClientKey.revokedAt).toMatch(/Z$/);
    expect(await (await registry.elsewhere()).clientOfKey(text)).toBeNull();
    expect(await registry.refusal(REVOKE, { keyId })).toBe("NOTHING_TO_CHANGE");
    const history = `query ($name: String!) {
      client(name: $name) { history { kind about reason } }
    }`;
    const { client: read } = await registry.data(history, { name: client });
    expect(read.history[0]).toEqual({ kind: "KEY_REVOKED", about: keyId, reason: "it leaked" });
  });

  test("of another tenant, or none, cannot be revoked", async () => {
    const { keyId, text } = await registry.partnerWithKey();
    const elsewhere = { tenant: "elsewhere" };
    expect(await registry.refusal(REVOKE, { keyId }, elsewhere)).toBe("NOT_FOUND");
    for (const none of ["0".repeat(16), "", "a\u0000", text]) {
      expect(await registry.refusal(REVOKE, { keyId: none })).toBe("NOT_FOUND");
    }
    expect(await (await registry.elsewhere()).clientOfKey(text)).not.toBeNull();
  });
});

describe("two keys at most are valid at once:", () => {
  test("a third is refused until one is revoked", async () => {
    const { client, keyId } = await registry.partnerWithKey();
    await registry.data(ADD_KEY, { client });
    expect(await registry.refusal(ADD_KEY, { client })).toBe("LIMIT_EXCEEDED");
    expect(await registry.refusal(ROTATE, { client })).toBe("LIMIT_EXCEEDED");
    await registry.data(REVOKE, { keyId });
    await registry.data(ADD_KEY, { client });
    expect(validOf(await registry.keysOf(client))).toHaveLength(2);
    expect(await registry.keysOf(client)).toHaveLength(3);
  });

  test("a rotation lets the old key live on for the overlap, and no longer", async () => {
    const { client, text, keyId } = await registry.partnerWithKey();
    const { rotateClientKey } = await registry.data(ROTATE, { client, overlapHours: 2 });
    const other = await registry.elsewhere();
    expect(await other.clientOfKey(text)).not.toBeNull();
    expect(await other.clientOfKey(rotateClientKey.text)).not.toBeNull();
    const old = (await registry.keysOf(client)).find(
      (key: { keyId: string }) => key.keyId === keyId,
    );
    const hours = (Date.parse(old.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1.99);
    expect(hours).toBeLessThan(2.01);
  });

  test("a rotation without overlap ends the old key at once", async () => {
    const { client, text } = await registry.partnerWithKey();
    const { rotateClientKey } = await registry.data(ROTATE, { client, overlapHours: 0 });
    const other = await registry.elsewhere();
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
    const { client } = await registry.partnerWithKey();
    const asked = Array.from({ length: 8 }, (_, n) =>
      registry.ask(n % 2 === 0 ? ROTATE : ADD_KEY, { client }),
    );
    const codes = (await Promise.all(asked)).map(
      ({ errors }) => errors[0]?.extensions.code ?? "ok",
    );
    expect(codes.sort()).toEqual([...Array(7).fill("LIMIT_EXCEEDED"), "ok"]);
    expect(validOf(await registry.keysOf(client))).toHaveLength(2);
  });
});
