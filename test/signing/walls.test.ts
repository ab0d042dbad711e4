import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Sql } from "../../shared/postgres/database.ts";
import {
  auditHandOverSignatures,
  type SignatureAudit,
} from "../../subgraphs/manufacturing/signed-hand-over/signature-audit.store.ts";
import { callerOf, type Factory, openFactory } from "../manufacturing/factory.ts";
import {
  ADD_KEY,
  handOver,
  KEYS,
  RECORD_SIGNED,
  REVOKE_KEY,
  registered,
  type Signer,
} from "./signers.ts";

let factory: Factory;
let station: Signer;
let acme: Sql;
beforeAll(async () => {
  factory = await openFactory();
  station = await registered(factory, "ES256");
  const rows = [1, 2, 3].map((n) => station.sign({ serialNumber: `SN-${n}`, lotCode: "L-1" }));
  await handOver(factory, ...rows);
  const stolen = await registered(factory);
  await factory.ask("admin", REVOKE_KEY, { keyId: stolen.key.keyId, reason: "lost" });
  acme = factory.database.open().tenant("acme");
});
afterAll(() => factory.close());

const TABLES = ["signing_key", "signing_key_revocation", "hand_over_signature"];
const beta = callerOf("engineering", { tenant: "beta" });

describe("tenants are walls", () => {
  test.each(TABLES)("another tenant, and nobody, sees nothing of %s", async (table) => {
    const database = factory.database.open();
    for (const tenant of ["beta", ""]) {
      expect(await database.tenant(tenant).run(`SELECT * FROM ${table}`)).toEqual([]);
    }
    expect((await acme.run(`SELECT * FROM ${table}`)).length).toBeGreaterThan(0);
  });

  test("a key of one tenant signs nothing in another, and is not found there", async () => {
    const input = [station.sign({ serialNumber: "SN-1" })];
    const { data } = await factory.ask(beta, RECORD_SIGNED, { input });
    const [verdict] = data.recordSignedDevices.verdicts;
    expect(verdict).toMatchObject({ code: "SIGNING_KEY_REFUSED", serialNumber: null });
    expect((await factory.ask(beta, KEYS)).data.signingKeys).toEqual([]);
    const values = { keyId: station.key.keyId, reason: "mine" };
    expect((await factory.ask(beta, REVOKE_KEY, values)).codes).toEqual(["NOT_FOUND"]);
  });

  test("the same key may sign for two tenants, each by its own word", async () => {
    const other = callerOf("engineering", { tenant: "gamma" });
    const key = { publicKey: station.publicKey, name: "theirs", role: "PARTNER" };
    await factory.ask(other, ADD_KEY, { input: key });
    const { data } = await factory.ask(other, KEYS);
    expect(data.signingKeys).toMatchObject([{ name: "theirs", role: "PARTNER", state: "VALID" }]);
  });
});

describe("what was signed is never changed", () => {
  const CHANGES = TABLES.flatMap((table) => [
    `UPDATE ${table} SET key_id = 'x'`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]);

  test.each(CHANGES)("not by the application, nor by a superuser: %s", async (text) => {
    await expect(acme.run(text)).rejects.toThrow(/permission denied|append-only/);
    await expect(factory.database.admin(text)).rejects.toThrow("append-only");
  });

  test("a key is registered once: the same words are answered, others refused", async () => {
    const key = { publicKey: station.publicKey, name: "station 7", role: "STATION" };
    const same = await factory.ask("engineering", ADD_KEY, { input: key });
    expect(same.data.addSigningKey).toMatchObject({ keyId: station.key.keyId });
    const input = { ...key, name: "station 8" };
    expect((await factory.ask("engineering", ADD_KEY, { input })).codes).toEqual(["INVALID_VALUE"]);
    const jwk = station.key.privateKey.export({ format: "jwk" });
    const secret = await factory.ask("engineering", ADD_KEY, {
      input: { ...key, publicKey: JSON.stringify(jwk) },
    });
    expect(secret.codes).toEqual(["INVALID_VALUE"]);
    expect(JSON.stringify(secret.errors)).not.toContain(jwk.d);
  });
});

describe("the audit", () => {
  const audit = async () => {
    const pages: SignatureAudit[] = [];
    for await (const page of auditHandOverSignatures(acme, "acme")) pages.push(page);
    return {
      signatures: pages.reduce((sum, page) => sum + page.signatures, 0),
      found: pages.flatMap(({ findings }) => findings.map(({ kind }) => kind)),
    };
  };
  /** As somebody who has the server does it, and then undoes it. */
  const tampered = async (table: string, set: string, back: string) => {
    const change = async (text: string) => {
      await factory.database.admin(
        `BEGIN; SET LOCAL session_replication_role = replica; UPDATE ${table} SET ${text}; COMMIT`,
      );
    };
    await change(set);
    const { found } = await audit();
    await change(back);
    return found;
  };

  test("finds nothing where nothing was changed", async () => {
    expect(await audit()).toEqual({ signatures: 3, found: [] });
  });

  test.each([
    ["device_revision", "lot_code = 'L-2'", "lot_code = 'L-1'", "REVISION_DIFFERS"],
    ["device_revision", "revision = 9", "revision = 1", "REVISION_MISSING"],
    [
      "hand_over_signature",
      "payload = payload || ' '::bytea, payload_hash = sha256(payload || ' '::bytea)",
      "payload = rtrim(payload, ' '::bytea), payload_hash = sha256(rtrim(payload, ' '::bytea))",
      "SIGNATURE_WRONG",
    ],
    [
      "hand_over_signature",
      "signature = 'x' || signature",
      "signature = substr(signature, 2)",
      "SIGNATURE_WRONG",
    ],
    [
      "signing_key",
      "valid_to = valid_from + interval '1 microsecond'",
      "valid_to = NULL",
      "KEY_NOT_VALID",
    ],
  ])(
    "finds each of three rows after a superuser's UPDATE %s SET %s",
    async (table, set, back, kind) => {
      expect(await tampered(table, set, back)).toEqual([kind, kind, kind]);
      expect((await audit()).found).toEqual([]);
    },
  );

  test("flags what was signed from the time of a revocation on", async () => {
    const values = { keyId: station.key.keyId, reason: "lost", from: "2026-01-01T00:00:00Z" };
    await factory.ask("admin", REVOKE_KEY, values);
    const flags = Array.from({ length: 3 }, () => "KEY_NOT_VALID");
    expect((await audit()).found).toEqual(flags);
  });
});
