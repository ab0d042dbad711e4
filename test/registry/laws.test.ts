import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import type { Database } from "../../shared/postgres/database.ts";
import { type RegistryGateway, registryGateway } from "./registry-gateway.ts";

let registry: RegistryGateway;
let database: Database;
let keyId: string;

beforeAll(async () => {
  registry = await registryGateway();
  database = registry.gateway.database.open();
  const made = await registry.partnerWithKey();
  keyId = made.keyId;
  const id = "walk-1";
  await registry.publish(made.client, [{ id, text: "{ sharedDevices(first: 1) { totalCount } }" }]);
  await registry.data(
    `mutation ($keyId: ID!) { revokeClientKey(keyId: $keyId, reason: "it leaked") { keyId } }`,
    { keyId },
  );
});
afterAll(async () => {
  await database?.close();
  await registry?.close();
});

const run = (text: string) => database.tenant("demo").run(text);

describe("the application, whatever SQL somebody gets it to run,", () => {
  test.each([
    ["revives a revoked key", "UPDATE client_key SET revoked_at = NULL"],
    ["says a key was revoked later", "UPDATE client_key SET revoked_at = now() + interval '1 day'"],
    ["puts another secret under a key", "UPDATE client_key SET secret_hash = sha256('guessed')"],
    ["gives a key to another client", "UPDATE client_key SET client = 'other'"],
    ["takes a key away", "DELETE FROM client_key"],
    ["changes a document's text", "UPDATE document SET text = '{ __typename }'"],
    ["gives a document to another client", "UPDATE document SET client = 'other'"],
    ["makes a partner an app", "UPDATE client SET kind = 'APP', roles = '{admin}'"],
    ["makes a published version another", "UPDATE client_version SET version = '2'"],
    ["forgets what was changed", "UPDATE client_revision SET actor = 'nobody'"],
  ])("never %s", async (_, text) => {
    await expect(run(text)).rejects.toMatchObject({ code: "42501" });
  });
});

test("a key's end comes sooner, never later", async () => {
  const end = (at: string) => run(`UPDATE client_key SET expires_at = ${at}`);
  await end("now() + interval '2 hours'");
  await end("now() + interval '1 hour'");
  for (const later of ["now() + interval '3 hours'", "NULL"]) {
    await expect(end(later)).rejects.toMatchObject({ code: "42501" });
  }
});

test.each(["postgres", "template1"])(
  "a service's login does not enter %s, where everybody could leave something",
  async (name) => {
    const { appUrl, ownerUrl } = registry.gateway.database;
    for (const url of [appUrl, ownerUrl]) {
      const connectionString = Object.assign(new URL(url), { pathname: `/${name}` }).href;
      const client = new pg.Client({ connectionString });
      await expect(client.connect()).rejects.toMatchObject({ code: "42501" });
    }
  },
);
