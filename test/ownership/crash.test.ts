import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { findDeviations } from "../../subgraphs/ownership/ownership/consistency.store.ts";
import { devices, LOOK, openTown, ownerInput, PROVISION, REGISTER, type Town } from "./town.ts";

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

/** From its n-th statement on, the service is dead to its database, as a killed process is. */
async function dieAtStatement(n: number): Promise<{ died: () => boolean }> {
  let sent = 0;
  town.config.observe = () => {
    if (++sent >= n) throw new Error("killed");
  };
  await town.restart();
  return { died: () => sent >= n };
}

async function revive(): Promise<void> {
  town.config.observe = town.database.observe;
  await town.database.admin("UPDATE hand_over SET due_at = now()");
  await town.restart();
  const waiting = () => town.database.admin("SELECT 1 FROM hand_over");
  while ((await waiting()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function linkedId(serialNumber: string): Promise<string | null> {
  const document = `query ($s: String) { device(serialNumber: $s) { connhexId } }`;
  const { data } = await town.factory.ask("line", document, { s: serialNumber });
  return data.device.connhexId;
}

test("a service that dies at any statement of provisioning leaves no device half linked", async () => {
  const outcomes: string[] = [];
  for (let n = 1; ; n++) {
    const [serialNumber, connhexId] = [`SN-${n}`, `chx-${n}`];
    await town.factory.record({ serialNumber });
    const { died } = await dieAtStatement(n);
    const input = [{ serialNumber, connhexId, isProtected: true }];
    const answer = await town.ask("line", PROVISION, { input, key: `key-${n}` });
    const hasDied = died();
    await revive();
    const { _entities } = await town.get("support", LOOK, devices(connhexId));
    const state = _entities[0].identity?.state ?? "none";
    expect([n, state, await linkedId(serialNumber)]).toEqual([
      n,
      state,
      state === "ACTIVE" ? connhexId : null,
    ]);
    expect(["none", "ACTIVE"]).toContain(state);
    // Whoever got no answer asks again under the same key.
    const { provisionDevices } = await town.get("line", PROVISION, { input, key: `key-${n}` });
    expect(provisionDevices).toMatchObject({ provisioned: 1, refused: 0 });
    outcomes.push(`${answer.codes.length > 0 || !answer.data ? "no answer" : "answer"}: ${state}`);
    if (!hasDied) break;
  }
  expect(new Set(outcomes)).toEqual(new Set(["no answer: none", "answer: ACTIVE"]));
  expect(outcomes.length).toBeGreaterThan(8);
  const database = town.database.open();
  expect(await findDeviations(database.tenant("acme"), 10)).toEqual([]);
  await database.close();
});

test("a service that dies at any statement of registering leaves one owner or none", async () => {
  for (let n = 1; ; n++) {
    const connhexId = `reg-${n}`;
    await town.provision({ serialNumber: `SN ${connhexId}`, connhexId });
    const { died } = await dieAtStatement(n);
    const input = { connhexId, owner: ownerInput("Ada") };
    const { data } = await town.ask("admin", REGISTER, { input });
    const hasDied = died();
    await revive();
    const { _entities } = await town.get("support", LOOK, devices(connhexId));
    expect(_entities[0].owner !== null).toBe(data !== null);
    const { codes } = await town.ask("admin", REGISTER, { input });
    expect(codes).toEqual(data ? ["ALREADY_REGISTERED"] : []);
    if (!hasDied) break;
  }
  const database = town.database.open();
  expect(await findDeviations(database.tenant("acme"), 10)).toEqual([]);
  await database.close();
  const owners = await town.database.admin<{ count: number }>(
    `SELECT (SELECT count(*) FROM owner) - (SELECT count(DISTINCT owner_id) FROM ownership) AS count`,
  );
  expect(Number(owners[0]?.count)).toBe(0);
});
