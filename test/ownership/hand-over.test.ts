import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { PeerExecutor } from "../../shared/graph/subgraph-service.ts";
import { AWAY, devices, LOOK, openTown, PROVISION, REGISTER, type Town } from "./town.ts";

let town: Town;
beforeEach(async () => {
  town = await openTown();
  await town.factory.record({ serialNumber: "H-1" }, { serialNumber: "H-2" });
});
afterEach(() => town.close());

/** Manufacturing whose answer to `linkCloudIdentities` is replaced by what `link` does. */
function linkBy(link: PeerExecutor): PeerExecutor {
  return (caller, document, variables) =>
    (document.includes("linkCloudIdentities") ? link : town.manufacturing)(
      caller,
      document,
      variables,
    );
}

/** The link is made, but its answer is lost. */
const answerLost: PeerExecutor = async (...question) => {
  await town.manufacturing(...question);
  throw new Error("connection reset");
};

async function provision(key?: string) {
  const input = [{ serialNumber: "H-1", connhexId: "chx-h1" }];
  return (await town.get("line", PROVISION, { input, key })).provisionDevices.verdicts[0];
}

async function state(): Promise<string | null> {
  const { _entities } = await town.get("support", LOOK, devices("chx-h1"));
  return _entities[0].identity?.state ?? null;
}

async function linkedId(): Promise<string | null> {
  const document = `{ device(serialNumber: "H-1") { connhexId } }`;
  return (await town.factory.ask("line", document)).data.device.connhexId;
}

/** Waits for the dispatcher, as long as its leases and back-off may last. */
async function settled(expected: string): Promise<void> {
  for (let waited = 0; (await state()) !== expected; waited += 50) {
    if (waited > 20_000) throw new Error(`still ${await state()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function makeDue(): Promise<unknown> {
  return town.database.admin("UPDATE hand_over SET due_at = now()");
}

test.each<[when: string, link: PeerExecutor, linkedBefore: boolean]>([
  ["before the link is made", AWAY, false],
  ["after the link is made, before the answer", answerLost, true],
  [
    "with an answer that says nothing",
    async () => ({ data: { linkCloudIdentities: null } }),
    false,
  ],
  [
    "with an answer about other devices",
    async () => ({ data: { linkCloudIdentities: [] } }),
    false,
  ],
])("a call that dies %s leaves PENDING, and the dispatcher ends it", async (_, link, linked) => {
  town.detour = linkBy(link);
  const verdict = await provision("key");
  expect(verdict).toMatchObject({ outcome: "PENDING", code: null });
  expect(verdict.initKey).not.toBeNull();
  expect(await state()).toBe("PENDING");
  expect((await linkedId()) !== null).toBe(linked);
  const owner = { kind: "PERSON", displayName: "Ada" };
  const input = { connhexId: "chx-h1", owner };
  expect((await town.ask("admin", REGISTER, { input })).codes).toEqual(["DEVICE_NOT_PROVISIONED"]);
  town.detour = null;
  await makeDue();
  await settled("ACTIVE");
  expect(await linkedId()).toBe("chx-h1");
  expect(await town.database.admin("SELECT * FROM hand_over")).toEqual([]);
  expect(await provision("key")).toMatchObject({ outcome: "PROVISIONED", initKey: null });
  expect(await provision()).toMatchObject({ outcome: "UNCHANGED" });
});

test("secrets are shown even where the database goes away after the batch was written", async () => {
  town.detour = linkBy(async (...question) => {
    await town.database.stop();
    return town.manufacturing(...question);
  });
  const verdict = await provision("key");
  town.detour = null;
  expect(verdict.outcome).toBe("PENDING");
  expect(verdict.initKey).toHaveLength(36);
  await town.database.resume();
  await makeDue();
  await settled("ACTIVE");
});

test("a service that dies after writing PENDING leaves the link to the next one", async () => {
  // It never comes back from the call, as a killed process never does.
  town.detour = linkBy(() => new Promise(() => {}));
  const answer = provision();
  while ((await town.database.admin("SELECT 1 FROM hand_over")).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await state()).toBe("PENDING");
  town.detour = null;
  await makeDue();
  await town.restart();
  await settled("ACTIVE");
  expect(await linkedId()).toBe("chx-h1");
  await answer.catch(() => undefined);
});

test("a link that Manufacturing refuses makes the identity REFUSED, and may be tried again", async () => {
  const quarantine = `mutation ($d: Disposition!, $r: Int!) {
    correctDevice(serialNumber: "H-1", changes: { disposition: $d }, reason: "x",
      expectedRevision: $r) { revision } }`;
  // Quarantined between the gate's yes and the link.
  town.detour = linkBy(async (...question) => {
    await town.factory.ask("engineering", quarantine, { d: "QUARANTINED", r: 1 });
    return town.manufacturing(...question);
  });
  const refused = await provision("key");
  town.detour = null;
  expect(refused).toMatchObject({ outcome: "REFUSED", code: "DEVICE_QUARANTINED", initKey: null });
  expect(await state()).toBe("REFUSED");
  expect(await linkedId()).toBeNull();
  expect(await provision("key")).toEqual(refused);
  await town.factory.ask("engineering", quarantine, { d: "RELEASED", r: 2 });
  expect(await provision()).toMatchObject({ outcome: "PROVISIONED" });
  const history = await town.database.admin<{ state: string }>(
    "SELECT state FROM cloud_identity_revision ORDER BY revision",
  );
  expect(history.map((row) => row.state)).toEqual(["PENDING", "REFUSED", "PENDING", "ACTIVE"]);
});

test("two processes that work on the same links do no harm", async () => {
  town.detour = linkBy(AWAY);
  await provision();
  town.detour = null;
  const { deliver } = await import("../../subgraphs/ownership/provisioning/hand-over.ts");
  const { HandOverStore } = await import(
    "../../subgraphs/ownership/provisioning/hand-over.store.ts"
  );
  const { PersonKeys } = await import("../../shared/ledger-store/person-keys.store.ts");
  const { manufacturingPeer } = await import(
    "../../subgraphs/ownership/provisioning/manufacturing-peer.ts"
  );
  const links = [{ connhexId: "chx-h1", serialNumber: "H-1", revision: 1 }];
  const database = town.database.open();
  const parts = {
    handOvers: new HandOverStore(database.tenant("acme"), "acme", new PersonKeys()),
    manufacturing: manufacturingPeer(town.manufacturing),
  };
  await Promise.all(Array.from({ length: 10 }, () => deliver("acme", links, parts)));
  await database.close();
  expect(await state()).toBe("ACTIVE");
  expect(await town.database.admin("SELECT 1 FROM cloud_identity_revision")).toHaveLength(2);
});

test("links of every tenant are served, and the worker sees nothing but links", async () => {
  town.detour = linkBy(AWAY);
  await provision();
  const caller = { subject: "line-2", tenant: "globex", roles: ["line" as const], client: null };
  const recording = `mutation { recordDevices(input: [{ serialNumber: "G-1" }]) { recorded } }`;
  await town.factory.ask(caller, recording);
  await town.get(caller, PROVISION, { input: [{ serialNumber: "G-1", connhexId: "chx-g1" }] });
  town.detour = null;
  await makeDue();
  await settled("ACTIVE");
  const waiting = () => town.database.admin("SELECT 1 FROM hand_over");
  while ((await waiting()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const { Database } = await import("../../shared/postgres/database.ts");
  const worker = new Database({ url: town.database.appUrl, role: "ownership_worker", poolSize: 1 });
  const sql = worker.tenant("*");
  expect(await sql.run("SELECT 1 FROM hand_over")).toEqual([]);
  for (const attempt of [
    "SELECT 1 FROM cloud_identity",
    "SELECT 1 FROM owner",
    "DELETE FROM hand_over",
    "UPDATE hand_over SET due_at = now()",
  ]) {
    await expect(sql.run(attempt)).rejects.toThrow("permission denied");
  }
  await worker.close();
});
