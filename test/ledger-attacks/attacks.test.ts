import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import type { AuditDeviation } from "../../shared/ledger-audit/findings.ts";
import { campaignSize } from "../support/campaign-size.ts";
import type { Attack } from "./attack.ts";
import { type Attacked, AttackedTown } from "./attacked-town.ts";
import { HISTORY_ATTACKS } from "./history-attacks.ts";
import { LOG_ATTACKS } from "./log-attacks.ts";
import { ROW_ATTACKS } from "./row-attacks.ts";
import { TRUST_ATTACKS } from "./trust-attacks.ts";

const SEED = process.env.LEDGER_ATTACKS_SEED ?? "ledger attacks";
const KINDS: readonly [name: string, attack: Attack][] = Object.entries({
  ...ROW_ATTACKS,
  ...LOG_ATTACKS,
  ...HISTORY_ATTACKS,
  ...TRUST_ATTACKS,
});
/** In the suite each kind twice: not every one can be made of every history. */
const SHORT = KINDS.length * 2;
const ATTACKS = Number(process.env.LEDGER_ATTACKS ?? campaignSize({ suite: SHORT, long: 10_000 }));

let town: AttackedTown;
beforeAll(async () => {
  town = await AttackedTown.open(SEED);
}, 120_000);
afterAll(() => town?.close());

test(`${ATTACKS} attacks of a superuser: every one is found by the audit or a witness`, async () => {
  const random = new Random(SEED, "attacks");
  const unseen: string[] = [];
  const counts = new Map<string, number>();
  let made = 0;
  for (let n = 0; made < ATTACKS; n += 1) {
    const [name, attack] = KINDS[n % KINDS.length] as [string, Attack];
    const attacked = await town.attack(attack, random.startAt(n));
    if (attacked === null) continue;
    made += 1;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const fault = faultOf(attacked);
    if (fault !== null) unseen.push(`${n} ${name} (${attacked.done.what}): ${fault}`);
  }
  expect(unseen).toEqual([]);
  expect([...counts.keys()].sort()).toEqual(KINDS.map(([name]) => name).sort());
}, 7_200_000);

test("what was undone was undone: the audits find nothing in the end", async () => {
  expect(await town.untouched()).toEqual([]);
});

test("what changes nothing that was recorded is found by nobody: the test can fail", async () => {
  const harmless: Attack = async ({ sql }) => {
    await sql.run("UPDATE ledger_checkpoint SET at = at + interval '1 s'");
    return { what: "when a checkpoint was written down", by: "AUDIT" };
  };
  const attacked = await town.attack(harmless, new Random(SEED, "control"));
  expect(attacked && faultOf(attacked)).toBe("nobody has found it");
});

/** Why an attack was not found as it must be; null where it was. */
function faultOf({ done, deviations, unwitnessed, statuses }: Attacked): string | null {
  const said = JSON.stringify(deviations);
  // Many attacks lose cosignatures by the way: that is not how they must be found.
  const others = deviations.filter(({ code }) => code !== "COSIGNATURE_MISSING");
  if (done.code) return deviations.some(({ code }) => code === done.code) ? null : said;
  if (others.length === 0) return "nobody has found it";
  if (done.by === "AUDIT") {
    const isNamed = !done.entry || deviations.some(({ entry }) => entry === done.entry);
    return isNamed ? null : `${done.entry} is not named: ${said}`;
  }
  // The control: without witnesses nobody could have known.
  const alone = unwitnessed.filter(isOfAttack);
  if (alone.length > 0) return `the audit alone has found it: ${JSON.stringify(alone)}`;
  const isWitnessed = others.filter(isOfAttack).every(({ code }) => code.startsWith("WITNESS_"));
  if (!isWitnessed) return `found otherwise: ${said}`;
  return statuses.every((status) => status === 409 || status === 422 || status === 400)
    ? null
    : `the witnesses answered ${statuses}`;
}

/** The row behind one of an erased owner gives away that this one was taken, whoever has signed. */
function isOfAttack({ code }: AuditDeviation): boolean {
  return code !== "ERASED_UNRECORDED";
}
