import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { statements } from "../support/postgres.ts";
import { AWAY, openTown, PROVISION, type Town } from "./town.ts";

const REHEARSE = PROVISION.replace("$key: String", "$key: String, $dryRun: Boolean").replace(
  "idempotencyKey: $key",
  "idempotencyKey: $key, dryRun: $dryRun",
);

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

async function provision(input: object[], key?: string) {
  return (await town.get("line", PROVISION, { input, key })).provisionDevices;
}

async function rehearse(input: object[], key?: string) {
  return (await town.get("line", REHEARSE, { input, key, dryRun: true })).provisionDevices;
}

test("a dry run tells what provisioning tells then, without the secrets, and sends nothing that writes", async () => {
  await town.factory.record(
    { serialNumber: "R-1" },
    { serialNumber: "R-2" },
    { serialNumber: "R-3", disposition: "QUARANTINED" },
    { serialNumber: "R-4" },
  );
  await provision([{ serialNumber: "R-2", connhexId: "chx-r2" }]);
  const input = [
    { serialNumber: "R-1", name: "pump", isProtected: true },
    { serialNumber: "R-2" },
    { serialNumber: "R-2", name: "fan" },
    { serialNumber: "R-3" },
    { serialNumber: "R-4", connhexId: "chx-r2" },
    { serialNumber: "R-none" },
    { serialNumber: "" },
  ];
  town.database.sent.length = 0;
  const rehearsed = await rehearse(input, "key-r");
  expect(statements(town.database.sent).filter((sql) => !/^\s*SELECT/.test(sql))).toEqual([]);
  const provisioned = await provision(input, "key-r");
  const [first, ...others] = provisioned.verdicts;
  expect(first.initKey).toHaveLength(36);
  const unmade = { ...first, connhexId: null, initKey: null, claimCode: null };
  expect(rehearsed).toEqual({ ...provisioned, verdicts: [unmade, ...others] });
});

test("devices that are not recorded yet are judged as they would be, in a dry run alone", async () => {
  await provision([{ serialNumber: "R-4", connhexId: "chx-r4" }]);
  const input = [
    { serialNumber: "N-1", ifRecordedAs: "RELEASED" },
    { serialNumber: "N-2", ifRecordedAs: "QUARANTINED" },
    { serialNumber: "N-3", ifRecordedAs: "RELEASED", connhexId: "chx-r4" },
    { serialNumber: "N-4", ifRecordedAs: "RELEASED", connhexId: "chx-n4" },
    { serialNumber: "N-5", ifRecordedAs: "RELEASED", connhexId: "chx-n4" },
    // What is recorded stays so, whatever the row assumes.
    { serialNumber: "R-3", ifRecordedAs: "RELEASED" },
  ];
  const told = (batch: { verdicts: { outcome: string; code: string | null }[] }) =>
    batch.verdicts.map(({ outcome, code }) => code ?? outcome);
  expect(told(await rehearse(input))).toEqual([
    "PROVISIONED",
    "DEVICE_QUARANTINED",
    "CONNHEX_ID_TAKEN",
    "PROVISIONED",
    "DUPLICATE_IN_BATCH",
    "DEVICE_QUARANTINED",
  ]);
  expect(told(await provision(input))).toEqual([
    ...Array(4).fill("DEVICE_NOT_RECORDED"),
    "DUPLICATE_IN_BATCH",
    "DEVICE_QUARANTINED",
  ]);
});

test("with Manufacturing away a dry run refuses as provisioning does", async () => {
  town.detour = AWAY;
  const input = [{ serialNumber: "R-1", ifRecordedAs: "RELEASED" }];
  expect((await rehearse(input)).verdicts).toEqual((await provision(input)).verdicts);
  town.detour = null;
});

test("secrets that the sender made are told as often as is asked, and to nobody else", async () => {
  await town.factory.record({ serialNumber: "S-1" }, { serialNumber: "S-2" });
  const mine = { newInitKey: "k".repeat(36), newClaimCode: "7Z3K-9QWX-04TB" };
  const input = [
    { serialNumber: "S-1", isProtected: true, ...mine },
    { serialNumber: "S-2", initKey: "i".repeat(36), ...mine },
  ];
  const secretsOf = (batch: { verdicts: { initKey: string; claimCode: string }[] }) =>
    batch.verdicts.map(({ initKey, claimCode }) => [initKey, claimCode]);
  const told = [
    [mine.newInitKey, mine.newClaimCode],
    [null, null],
  ];
  expect(secretsOf(await provision(input, "key-s"))).toEqual(told);
  expect(secretsOf(await provision(input, "key-s"))).toEqual(told);
  const unchanged = await provision(input);
  expect(unchanged).toMatchObject({ unchanged: 2 });
  expect(secretsOf(unchanged)).toEqual(told);
  // Another sender's are not in force: they change nothing, and are not told.
  const others = { newInitKey: "o".repeat(36), newClaimCode: "0000-0000-0000" };
  const other = await provision([{ serialNumber: "S-1", isProtected: true, ...others }]);
  expect(other).toMatchObject({ unchanged: 1 });
  expect(secretsOf(other)).toEqual([[null, null]]);
});

test("a claim code that the sender made is the one that a registration needs", async () => {
  await town.factory.record({ serialNumber: "C-1" });
  const row = { serialNumber: "C-1", isProtected: true, newClaimCode: "ABCD-EFGH-JKMN" };
  const [{ connhexId }] = (await provision([row])).verdicts;
  const register = `mutation ($input: RegisterOwnershipInput!) { registerOwnership(input: $input) { id } }`;
  const owner = { kind: "PERSON", displayName: "Ada" };
  const wrong = { connhexId, owner, claimCode: "ABCD-EFGH-JKMP" };
  expect((await town.ask("owner", register, { input: wrong })).codes).toEqual(["CLAIM_CODE_WRONG"]);
  const right = { connhexId, owner, claimCode: "ABCD-EFGH-JKMN" };
  expect((await town.ask("owner", register, { input: right })).codes).toEqual([]);
});
