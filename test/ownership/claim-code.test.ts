import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { findDeviations } from "../../subgraphs/ownership/ownership/consistency.store.ts";
import { callerOf } from "../manufacturing/factory.ts";
import {
  devices,
  openTown,
  ownerInput,
  person,
  REGISTER,
  REPLACE_CLAIM_CODE,
  STATE,
  type Town,
} from "./town.ts";

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

/** A protected device of its own for each test; answers its claim code. */
async function device(connhexId: string): Promise<string> {
  const row = { serialNumber: `SN ${connhexId}`, connhexId, isProtected: true };
  const [verdict] = await town.provision(row);
  expect(verdict).toMatchObject({ outcome: "PROVISIONED" });
  return String(verdict?.claimCode);
}

async function replaced(connhexId: string, reason = "label lost"): Promise<string> {
  const data = await town.get("engineering", REPLACE_CLAIM_CODE, { connhexId, reason });
  expect(data.replaceClaimCode.connhexId).toBe(connhexId);
  return data.replaceClaimCode.claimCode;
}

async function register(who: string, connhexId: string, claimCode: string): Promise<unknown[]> {
  const input = { connhexId, claimCode, owner: ownerInput(who) };
  return (await town.ask(person(who), REGISTER, { input })).codes;
}

test("a new claim code opens what the lost one did, which stops at once", async () => {
  const lost = await device("n-1");
  const first = await replaced("n-1");
  const second = await replaced("n-1", "first letter lost too");
  expect(new Set([lost, first, second]).size).toBe(3);
  expect(await register("ada", "n-1", lost)).toEqual(["CLAIM_CODE_WRONG"]);
  expect(await register("ada", "n-1", first)).toEqual(["CLAIM_CODE_WRONG"]);
  expect(await register("ada", "n-1", second)).toEqual([]);
});

test("wrong tries of the lost code do not lock the new one", async () => {
  const lost = await device("n-2");
  for (let guess = 0; guess < 5; guess++) await register("bob", "n-2", "0000-0000-0000");
  expect(await register("bob", "n-2", lost)).toEqual(["TOO_MANY_ATTEMPTS"]);
  expect(await register("bob", "n-2", await replaced("n-2"))).toEqual([]);
});

test("a code that was right a moment ago does not register once it is replaced", async () => {
  expect(await register("cy", "n-3a", await device("n-3a"))).toEqual([]);
  const lost = await device("n-3");
  // A process that has just begun takes a block of ids after the code was judged: here it waits.
  await town.restart();
  const application = town.database.open();
  const waited = await application.tenant("acme").transaction(async (sql) => {
    await sql.run("SELECT 1 FROM id_block WHERE name = 'ownership' FOR UPDATE");
    const registering = register("cy", "n-3", lost);
    while (!(await isWaiting())) await sleep(10);
    const code = await replaced("n-3");
    return { code, registering };
  });
  expect(await waited.registering).toEqual(["CLAIM_CODE_WRONG"]);
  expect(await register("cy", "n-3", waited.code)).toEqual([]);
  await application.close();
});

async function isWaiting(): Promise<boolean> {
  const waiting = await town.database.admin(`SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`);
  return waiting.length > 0;
}

test("the history says that it was replaced, by whom and why, and never the code", async () => {
  const lost = await device("n-4");
  const code = await replaced("n-4", "label torn");
  const history = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
    identity { state history { kind state actor reason } } } } }`;
  const { _entities } = await town.get("support", history, devices("n-4"));
  expect(_entities[0].identity).toEqual({
    state: "ACTIVE",
    history: [
      { kind: "STATE_CHANGED", state: "PENDING", actor: "line-1", reason: null },
      { kind: "STATE_CHANGED", state: "ACTIVE", actor: "service:ownership", reason: null },
      {
        kind: "CLAIM_CODE_REPLACED",
        state: "ACTIVE",
        actor: "engineering-1",
        reason: "label torn",
      },
    ],
  });
  for (const table of ["cloud_identity", "cloud_identity_revision"]) {
    const [row] = await town.database.admin<{ text: string }>(
      `SELECT string_agg(t::text, ' ') AS text FROM ${table} t`,
    );
    for (const secret of [lost, code]) {
      expect(row?.text).not.toContain(secret);
      expect(row?.text).not.toContain(Buffer.from(secret).toString("hex"));
    }
  }
  const application = town.database.open();
  expect(await findDeviations(application.tenant("acme"), 10)).toEqual([]);
  await application.close();
});

test("an owned device may have a new code, for the day when it is released", async () => {
  const code = await device("n-5");
  expect(await register("dee", "n-5", code)).toEqual([]);
  expect(await replaced("n-5")).not.toBe(code);
});

test("what has no claim code, no identity or no future gets none", async () => {
  await town.provision({ serialNumber: "SN n-6", connhexId: "n-6" });
  await device("n-7");
  const ask = (connhexId: string, reason = "lost", who: Parameters<Town["ask"]>[0] = "admin") =>
    town.ask(who, REPLACE_CLAIM_CODE, { connhexId, reason }).then(({ codes }) => codes);
  expect(await ask("n-6")).toEqual(["NOTHING_TO_CHANGE"]);
  expect(await ask("nobody")).toEqual(["NOT_FOUND"]);
  expect(await ask("\u0000")).toEqual(["BAD_USER_INPUT"]);
  expect(await ask("n-7", " ")).toEqual(["REASON_REQUIRED"]);
  expect(await ask("n-7", "lost", callerOf("admin", { tenant: "globex" }))).toEqual(["NOT_FOUND"]);
  for (const role of ["line", "support", "owner", "analyst", "partner", "service"] as const) {
    expect([role, await ask("n-7", "lost", role)]).toEqual([role, ["FORBIDDEN"]]);
  }
  await town.get("admin", STATE, { connhexId: "n-7", state: "REVOKED", reason: "stolen" });
  expect(await ask("n-7")).toEqual(["IDENTITY_NOT_ACTIVE"]);
});
