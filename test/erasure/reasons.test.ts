import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { globalId } from "../../shared/global-id.ts";
import { commitment, Person } from "../../shared/ledger-store/commitment.ts";
import { selectList } from "../../shared/postgres/columns.ts";
import { entryOfOwnershipRevision } from "../../subgraphs/ownership/ledger/ownership-content.ts";
import { OwnershipRevisionEntity } from "../../subgraphs/ownership/ownership/ownership-revision.entity.ts";
import { openTown, ownerInput, person, RELEASE, stepsIn, type Town } from "../ownership/town.ts";

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

const REASON = "given back by her sister Canary";
const ERASE = `mutation ($ownerId: ID!) {
  eraseOwner(ownerId: $ownerId, reason: "asked for", overrideHold: false) { state } }`;

/** The release of the device, as it is read, and by which its entry is made. */
async function release(): Promise<OwnershipRevisionEntity> {
  const sql = town.database.open().tenant("acme");
  const [row] = await sql.run<OwnershipRevisionEntity>(
    `SELECT ${selectList(OwnershipRevisionEntity)} FROM ownership_revision WHERE connhex_id = 'r-1' AND kind = 'RELEASED'`,
  );
  if (!row) throw new Error("nothing was released");
  return row;
}

/** What every key that there is makes of the reason. */
async function tried(): Promise<string[]> {
  const keys = await town.database.admin<{ key: Buffer }>(
    `SELECT key FROM person_key UNION ALL
     SELECT reason_key FROM ownership_revision WHERE reason_key IS NOT NULL`,
  );
  expect(keys.length).toBeGreaterThan(0);
  return keys.map(({ key }) => commitment(key, REASON));
}

test("a reason that staff gave about an owner cannot be tried against its entry once he is erased", async () => {
  const { device, register } = stepsIn(town);
  await device("r-1");
  await register(person("Anna"), { connhexId: "r-1", owner: ownerInput("Anna") });
  await town.get("support", RELEASE, { connhexId: "r-1", reason: REASON });
  await device("r-2");
  await register("support", { connhexId: "r-2", owner: ownerInput("Bert") });
  await town.get("support", RELEASE, { connhexId: "r-2", reason: "sent back" });
  const before = await release();
  const told = commitment(before.reasonKey ?? Buffer.of(), REASON);
  expect(await tried()).toContain(told);

  const [owner] = await town.database.admin<{ id: string }>(
    "SELECT owner_id AS id FROM owner WHERE subject IS NOT NULL",
  );
  await town.get("compliance", ERASE, { ownerId: globalId("Owner", Number(owner?.id)) });
  const after = await release();
  expect(after).toEqual({ ...before, reason: `erased:${told}`, reasonKey: null });
  expect(await tried()).not.toContain(told);
  // The row agrees with its entry as it did before.
  const staff = new Person(before.actor, Buffer.alloc(32, 7));
  expect(entryOfOwnershipRevision(after, staff)).toEqual(entryOfOwnershipRevision(before, staff));
});

test.each([
  [
    "a key that was there",
    "UPDATE ownership_revision SET reason_key = NULL WHERE reason IS NOT NULL",
  ],
  ["a key without a reason", "UPDATE ownership_revision SET reason_key = '\\x01'"],
  ["a reason with its key", "UPDATE ownership_revision SET reason = NULL, reason_key = NULL"],
])("nobody takes or gives %s but by erasing", async (_, attempt) => {
  await expect(town.database.admin(attempt)).rejects.toThrow("append-only");
});
