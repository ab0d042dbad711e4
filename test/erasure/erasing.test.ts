import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { globalId } from "../../shared/global-id.ts";
import {
  OFFER,
  openTown,
  ownerInput,
  person,
  RELEASE,
  stepsIn,
  type Town,
  TRANSFER,
} from "../ownership/town.ts";
import { everyRow } from "./every-row.ts";

const ERASE = `mutation ($ownerId: ID!, $reason: String!, $override: Boolean! = false) {
  eraseOwner(ownerId: $ownerId, reason: $reason, overrideHold: $override) {
    ownerId reason isHoldOverridden released erasedAt erasedBy state completedAt
  }
}`;
const ERASURES = `{ erasures { totalCount nodes { ownerId reason released erasedBy state } } }`;
const MY_DEVICES = "{ myDevices { totalCount } }";
const FREEZE = `mutation ($input: FreezeRecallInput!) { freezeRecall(input: $input) { id } }`;
const WITHDRAW = `mutation ($id: ID!) { withdrawRecall(id: $id, reason: "mistaken") { state } }`;

let town: Town;
let steps: ReturnType<typeof stepsIn>;
beforeAll(async () => {
  town = await openTown();
  steps = stepsIn(town);
});
afterAll(() => town.close());

/** Somebody with a device of his own; answers his id. */
async function ownerOf(connhexId: string, name: string): Promise<string> {
  await steps.device(connhexId);
  const { data } = await steps.register(person(name), { connhexId, owner: ownerInput(name) });
  return data.registerOwnership.owner.id;
}

const erase = (ownerId: string, more: object = {}) =>
  town.ask("compliance", ERASE, { ownerId, reason: "asked for, ticket 4711", ...more });

describe("an owner who is erased", () => {
  test("is nobody: his devices are free, his history has no name, his keys are gone", async () => {
    const id = await ownerOf("e-1", "Carla");
    await steps.device("e-2");
    await steps.register(person("Carla"), { connhexId: "e-2" });
    await town.get(person("Carla"), OFFER, { connhexId: "e-2" });
    const { data } = await erase(id);
    expect(data.eraseOwner).toMatchObject({
      ownerId: id,
      reason: "asked for, ticket 4711",
      isHoldOverridden: false,
      released: 2,
      erasedBy: "compliance-1",
      state: "PENDING",
    });
    const { owner, ownerships } = await steps.look("e-1");
    expect(owner).toBeNull();
    expect(ownerships).toMatchObject([{ endedBy: "RELEASE", owner: { displayName: null } }]);
    const { owner: nobody } = await town.get(
      "recall_manager",
      `{ owner(id: "${id}") {
      kind country displayName contact { email } devices { totalCount } } }`,
    );
    expect(nobody).toEqual({
      ...{ kind: "PERSON", country: null, displayName: null, contact: null },
      devices: { totalCount: 0 },
    });
    expect((await town.get(person("Carla"), MY_DEVICES)).myDevices.totalCount).toBe(0);
    const rows = await everyRow(town.database);
    // The order to the other services is the last trace, until they have followed it.
    expect(rows.match(/person-Carla/g)).toHaveLength(1);
    expect(rows).not.toMatch(/carla@example/i);
    const erasures = await town.service().erasures?.([]);
    for (const tenant of ["globex", "", "*"]) {
      const sql = town.database.open().tenant(tenant);
      expect(await sql.run("SELECT 1 FROM erasure_order")).toEqual([]);
    }
    const order = erasures?.find(({ subject }) => subject === "person-Carla");
    await town.service().erasures?.(order ? [order] : []);
    expect(await everyRow(town.database)).not.toContain("Carla");
    const { erasures: listed } = await town.get("admin", ERASURES);
    expect(listed.nodes).toContainEqual({
      ...{ ownerId: id, reason: "asked for, ticket 4711", released: 2 },
      ...{ erasedBy: "compliance-1", state: "COMPLETE" },
    });
  });

  test("leaves the texts of his history as the commitments that they were entered with", async () => {
    const id = await ownerOf("e-3", "Dario");
    const reason = "given to my sister Canary";
    const owner = ownerInput("Elsa");
    await town.get(person("Dario"), TRANSFER, { input: { connhexId: "e-3", owner, reason } });
    await town.get("support", RELEASE, { connhexId: "e-3", reason: "Canary gave it back" });
    const entries = () =>
      town.database.admin<{ entry: string }>(
        `SELECT entry FROM (SELECT id, entry FROM ledger_pending UNION ALL
           SELECT id, entry FROM ledger_leaf) e WHERE id LIKE 'ownership/%' ORDER BY id`,
      );
    const before = await entries();
    expect(before.length).toBeGreaterThan(2);
    await erase(id);
    const history = await town.database.admin<{ actor: string; reason: string | null }>(
      "SELECT actor, reason FROM ownership_revision WHERE connhex_id = 'e-3' ORDER BY revision",
    );
    const erased = expect.stringMatching(/^erased:[0-9a-f]{64}$/);
    expect(history).toEqual([
      { actor: erased, reason: null },
      { actor: erased, reason: erased },
      // Elsa's, who is still there.
      { actor: "support-1", reason: "Canary gave it back" },
    ]);
    const kept = (await entries()).map(({ entry }) => entry);
    expect(kept).toEqual(expect.arrayContaining(before.map(({ entry }) => entry)));
    const own = before.find(({ entry }) => entry.includes(history[0]?.actor.slice(7) ?? "?"));
    expect(own).toBeDefined();
  });

  test("is entered in the log, with nothing of him", async () => {
    const id = await ownerOf("e-4", "Fabio");
    await erase(id);
    const [row] = await town.database.admin<{ entry: string }>(
      `SELECT entry FROM (SELECT id, entry FROM ledger_pending UNION ALL
         SELECT id, entry FROM ledger_leaf) e
       WHERE id = (SELECT 'erasure/' || max(erasure_id) FROM erasure)`,
    );
    expect(JSON.parse(row?.entry ?? "{}")).toMatchObject({ type: "ERASURE", tenant: "acme" });
    expect(row?.entry).not.toMatch(/fabio|compliance-1|4711/i);
  });

  test("cannot be registered to, changed or brought back", async () => {
    const id = await ownerOf("e-5", "Gianni");
    await erase(id);
    await steps.device("e-6");
    const register = await steps.register("support", { connhexId: "e-6", ownerId: id });
    expect(register.codes).toEqual(["OWNER_NOT_FOUND"]);
    const change = `mutation ($id: ID!) { changeOwnerContact(ownerId: $id, input: { email: "a@b.it" }) { id } }`;
    expect((await town.ask("support", change, { id })).codes).toEqual(["OWNER_NOT_FOUND"]);
    const acme = town.database.open().tenant("acme");
    for (const text of [
      "UPDATE owner SET erased_at = NULL",
      "UPDATE owner SET subject = 'person-Gianni'",
      "DELETE FROM erasure",
      "UPDATE erasure SET reason = 'another one'",
      "SELECT erase_texts('{1}', '{e-5}', '{me}', '{x}')",
      "UPDATE ownership_revision SET reason = NULL",
    ]) {
      await expect(acme.run(text)).rejects.toThrow(/permission denied|append-only|is erased/);
    }
  });

  test("may come again, as somebody new", async () => {
    const id = await ownerOf("e-7", "Hanna");
    await erase(id);
    const { data } = await steps.register(person("Hanna"), {
      connhexId: "e-7",
      owner: ownerInput("Hanna"),
    });
    expect(data.registerOwnership.owner.id).not.toBe(id);
    expect((await town.get(person("Hanna"), MY_DEVICES)).myDevices.totalCount).toBe(1);
  });

  test("is erased once, whoever asks and how often", async () => {
    const id = await ownerOf("e-8", "Ivan");
    const answers = await Promise.all([erase(id), erase(id), erase(id)]);
    const [first] = answers;
    expect(answers.map(({ codes }) => codes)).toEqual([[], [], []]);
    expect(answers.map(({ data }) => data.eraseOwner.erasedAt)).toEqual(
      answers.map(() => first?.data.eraseOwner.erasedAt),
    );
    const rows = await town.database.admin(
      "SELECT FROM erasure WHERE owner_id = (SELECT max(owner_id) FROM erasure)",
    );
    expect(rows).toHaveLength(1);
  });

  test("shares his history with others who are erased at once, and each text gives way once", async () => {
    const names = ["Olga", "Piero", "Quinto", "Rosa", "Sara", "Tina"];
    const ids = [await ownerOf("e-10", names[0] ?? "")];
    for (const [place, name] of names.slice(1).entries()) {
      const input = { connhexId: "e-10", reason: `for ${name}`, owner: ownerInput(name) };
      const giver = place === 0 ? person(names[0] ?? "") : "support";
      const { ownerships } = await steps.look("e-10");
      if (giver === "support") {
        await town.get("support", RELEASE, { connhexId: "e-10", reason: `for ${name}` });
        await steps.register("support", { connhexId: "e-10", owner: ownerInput(name) });
      } else await town.get(giver, TRANSFER, { input });
      expect(ownerships.length).toBeGreaterThan(0);
      const rows = await town.database.admin<{ id: string }>(
        "SELECT max(owner_id) AS id FROM owner",
      );
      ids.push(globalId("Owner", Number(rows[0]?.id)));
    }
    const answers = await Promise.all(ids.map((id) => erase(id)));
    expect(answers.map(({ codes }) => codes)).toEqual(ids.map(() => []));
    const plain = await town.database.admin(
      `SELECT actor, reason FROM ownership_revision WHERE connhex_id = 'e-10'
         AND (actor LIKE 'owner:%' OR reason LIKE 'for %')`,
    );
    expect(plain).toEqual([]);
    const keys = await town.database.admin(
      `SELECT FROM person_key k JOIN owner w ON k.subject = 'owner:' || w.owner_id
       WHERE w.erased_at IS NOT NULL`,
    );
    expect(keys).toHaveLength(0);
  });

  test("was released of all that he owned, also by calls that were cut off", async () => {
    const id = await ownerOf("e-11", "Walter");
    await steps.device("e-12");
    await steps.register(person("Walter"), { connhexId: "e-12" });
    const { admin } = town.database;
    await admin(`CREATE TRIGGER cut_off BEFORE INSERT ON erasure
      FOR EACH ROW EXECUTE FUNCTION deny_all_but_completion()`);
    expect((await erase(id)).codes).toHaveLength(1);
    expect((await steps.look("e-12")).owner).toBeNull();
    await admin("DROP TRIGGER cut_off ON erasure");
    await steps.register(person("Walter"), { connhexId: "e-12" });
    // e-11 by the first call, and e-12 by both.
    expect((await erase(id)).data.eraseOwner.released).toBe(2);
  });

  test("owns nothing, however much he registers meanwhile", async () => {
    const id = await ownerOf("e-9", "Julia");
    const devices = Array.from({ length: 6 }, (_, n) => `e-9-${n}`);
    for (const connhexId of devices) await steps.device(connhexId);
    const [erased] = await Promise.all([
      erase(id),
      ...devices.map((connhexId) => steps.register(person("Julia"), { connhexId })),
    ]);
    expect(erased.codes).toEqual([]);
    const [row] = await town.database.admin<{ owned: number; plain: number }>(
      `SELECT (SELECT count(*)::int FROM ownership o JOIN owner w USING (tenant, owner_id)
           WHERE w.erased_at IS NOT NULL) AS owned,
         (SELECT count(*)::int FROM ownership_revision r JOIN owner w ON r.actor = 'owner:' || w.owner_id
           WHERE w.erased_at IS NOT NULL) AS plain`,
    );
    expect(row).toEqual({ owned: 0, plain: 0 });
  });
});

describe("erasing is refused", () => {
  test.each([
    ["support", "FORBIDDEN"],
    ["engineering", "FORBIDDEN"],
    ["owner", "FORBIDDEN"],
  ] as const)("to %s", async (role, code) => {
    const values = { ownerId: "T3duZXI6MQ", reason: "why" };
    expect((await town.ask(role, ERASE, values)).codes).toEqual([code]);
  });

  test.each([
    ["without a reason", { reason: " " }, "REASON_REQUIRED"],
    ["for a reason that names him", { reason: "Karla wants it" }, "INVALID_VALUE"],
  ])("%s", async (what, more, code) => {
    const id = await ownerOf(`r-${what.length}`, "Karla");
    expect((await erase(id, more)).codes).toEqual([code]);
  });

  test("of nobody", async () => {
    expect((await erase("T3duZXI6OTk5")).codes).toEqual(["OWNER_NOT_FOUND"]);
  });

  test("while an open recall holds a device of his, unless that is overridden", async () => {
    const id = await ownerOf("h-1", "Lara");
    const criteria = { serialNumber: { in: ["SN h-1"] } };
    const input = { title: "cells", criteria, reason: "they swell" };
    const frozen = await town.factory.ask("recall_manager", FREEZE, { input });
    const held = await erase(id);
    expect(held.errors[0]?.extensions).toMatchObject({ code: "OWNER_ON_HOLD", recalled: 1 });
    expect((await steps.look("h-1")).owner.displayName).toBe("Lara");
    const forced = await erase(id, { override: true, reason: "he was reached by letter" });
    expect(forced.data.eraseOwner).toMatchObject({ isHoldOverridden: true, released: 1 });
    const other = await ownerOf("h-2", "Mina");
    const second = await town.factory.ask("recall_manager", FREEZE, {
      input: { ...input, criteria: { serialNumber: { in: ["SN h-2"] } } },
    });
    await town.factory.ask("compliance", WITHDRAW, { id: second.data.freezeRecall.id });
    expect((await erase(other)).data.eraseOwner.isHoldOverridden).toBe(false);
    expect(frozen.errors).toEqual([]);
  });

  test("where nobody can say whether a recall holds one", async () => {
    const id = await ownerOf("h-3", "Nora");
    town.detour = async () => {
      throw new Error("connection refused");
    };
    const { codes } = await erase(id);
    town.detour = null;
    expect(codes).toEqual(["SUBGRAPH_UNAVAILABLE"]);
  });
});
