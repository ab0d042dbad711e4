import { describe, expect, test } from "@jest/globals";
import { parsePolicy } from "../../shared/ledger/policy.ts";
import { parseProof, proofText } from "../../shared/proof/proof.ts";
import { type ProvenContent, verifyProof } from "../../shared/proof/verify-proof.ts";
import { mutationsOf } from "../ledger/mutations.ts";
import { newSigner } from "../witness/small-log.ts";
import { WitnessedLog } from "./witnessed-log.ts";

const world = new WitnessedLog().grow(1_000);
const policy = world.policy();

async function proven(place: number, facts = {}): Promise<ProvenContent> {
  const verdict = verifyProof(await world.proof(place, facts), policy);
  if (!verdict.proven) throw new Error(`${verdict.fault}: ${verdict.reason}`);
  return verdict;
}

/** Why a proof proves nothing; null where it does. */
function faultOf(text: string | Uint8Array, believed = policy): string | null {
  const verdict = verifyProof(text, believed);
  return verdict.proven ? null : verdict.fault;
}

describe("a proof", () => {
  test("shows the content, its place, the time and the witnesses", async () => {
    const verdict = await proven(12, { size: 20n });
    expect(verdict).toMatchObject({
      ...{ origin: world.origin, index: 12n, size: 20n, until: null },
      content: { serialNumber: "SN-12", lotCode: "L-5", changed: ["lotCode"] },
      entry: { id: "revision/12/1", tenant: "demo", at: "2026-01-31T08:00:00.000000Z" },
      witnesses: [
        { name: "north", time: 1_700_000_020n },
        { name: "south", time: 1_700_000_020n },
      ],
      witnessedAt: 1_700_000_020n,
    });
  });

  test("holds for every entry, at every size that the log had", async () => {
    for (let size = 1n; size <= 40n; size++) {
      for (let place = 0; place < Number(size); place++) {
        const { index } = await proven(place, { size });
        expect(index).toBe(BigInt(place));
      }
    }
  });

  test("leads on to a later tree of the same log", async () => {
    const { until } = await proven(12, { size: 20n, until: 1_000n });
    expect(until).toMatchObject({ size: 1_000n, witnessedAt: 1_700_001_000n });
  });

  test("is the same text again when it was taken apart", async () => {
    const text = await world.proof(3, { size: 8n, until: 9n });
    expect(proofText(parseProof(text))).toBe(text);
  });

  test("made with a key that was replaced holds, as long as that key is believed", async () => {
    const other = new WitnessedLog().grow(20);
    const old = other.log.signer;
    const before = await other.proof(7);
    other.grow(5).log.signer = newSigner(other.origin);
    const after = await other.proof(7);
    const both = other.policy([`log ${old.verifierKey}`]);
    expect([faultOf(before, both), faultOf(after, both)]).toEqual([null, null]);
    expect(faultOf(before, other.policy())).toBe("UNKNOWN_LOG");
  });
});

describe("nothing is proven", () => {
  test.each<[string, () => Promise<string>, string]>([
    [
      "of another content",
      async () => world.proof(4, { content: '{"serialNumber":"SN-5"}' }),
      "CONTENT_DIFFERS",
    ],
    [
      "of an entry at another place",
      async () => (await world.proof(4)).replace("index 4\n", "index 5\n"),
      "NOT_INCLUDED",
    ],
    [
      "by a log that is not believed",
      () => new WitnessedLog("else.example/log").grow(9).proof(4),
      "UNKNOWN_LOG",
    ],
    ["by the log with another key", () => new WitnessedLog().grow(9).proof(4), "UNKNOWN_LOG"],
    [
      "that one witness alone has seen",
      () => world.proof(4, { by: world.witnesses.slice(0, 1) }),
      "QUORUM_NOT_REACHED",
    ],
    ["that no witness has seen", () => world.proof(4, { by: [] }), "QUORUM_NOT_REACHED"],
    [
      "that others have seen",
      () =>
        world.proof(4, {
          by: new WitnessedLog().witnesses.map((other, index) => ({
            ...other,
            name: world.witnesses[index]?.name ?? "",
          })),
        }),
      "QUORUM_NOT_REACHED",
    ],
    ["by an empty file", async () => "", "MALFORMED"],
  ])("%s", async (_, make, fault) => {
    expect(faultOf(await make())).toBe(fault);
  });

  test("where the later tree does not begin with the former", async () => {
    const forked = new WitnessedLog().grow(10);
    Object.assign(forked, { witnesses: world.witnesses });
    Object.assign(forked.log, { signer: world.log.signer });
    const proof = parseProof(await world.proof(4, { size: 10n, until: 40n }));
    const other = world.log.fork(9).grow(31, "rewritten");
    const path = await other.consistency(10n, 40n);
    forked.log.leaves.splice(0, 10, ...other.leaves);
    const until = { checkpoint: forked.checkpoint(40n), path };
    expect(faultOf(proofText({ ...proof, until }))).toBe("NOT_CONTINUED");
    const honest = { checkpoint: world.checkpoint(40n), path };
    expect(faultOf(proofText({ ...proof, until: honest }))).toBe("NOT_CONTINUED");
  });

  test("where the later tree is not witnessed", async () => {
    const proof = parseProof(await world.proof(4, { size: 10n, until: 40n }));
    const checkpoint = world.checkpoint(40n, world.witnesses.slice(1));
    const until = { checkpoint, path: proof.until?.path ?? [] };
    expect(faultOf(proofText({ ...proof, until }))).toBe("QUORUM_NOT_REACHED");
  });

  test("by a proof whose extra data says more than it may, or says it otherwise", async () => {
    const text = await world.proof(4);
    const [, extra = ""] = /^extra (.*)$/m.exec(text) ?? [];
    const said = JSON.parse(Buffer.from(extra, "base64").toString()) as object;
    const withExtra = (json: string) => text.replace(extra, Buffer.from(json).toString("base64"));
    expect(faultOf(withExtra(JSON.stringify({ ...said, key: "believe me" })))).toBe("MALFORMED");
    expect(faultOf(withExtra(JSON.stringify(said, null, 1)))).toBe("MALFORMED");
    expect(faultOf(withExtra(JSON.stringify({ ...said, content: null })))).toBe("MALFORMED");
  });

  test("by any of 10,000 mutations of a proof", async () => {
    const texts = [await world.proof(777), await world.proof(12, { size: 20n, until: 1_000n })];
    for (const [index, text] of texts.entries()) {
      expect(faultOf(text)).toBeNull();
      for (const { kind, bytes } of mutationsOf(text, 10_000 / texts.length, `proof ${index}`)) {
        expect([kind, bytes.toString(), faultOf(bytes)]).not.toEqual([
          kind,
          bytes.toString(),
          null,
        ]);
      }
    }
  });
});

test("whoever believes the log alone need not ask for witnesses, and is told of no time", async () => {
  const alone = parsePolicy(`log ${world.log.signer.verifierKey}\nquorum none\n`);
  const verdict = verifyProof(await world.proof(4, { by: [] }), alone);
  expect(verdict).toMatchObject({ proven: true, witnesses: [], witnessedAt: null });
});

test("the time is that by which enough witnesses had seen it", async () => {
  const other = new WitnessedLog().grow(9);
  other.secondsLate = [0n, 600n];
  const [north, south] = other.witnesses.map(({ verifierKey }) => verifierKey);
  const enough = (quorum: number) =>
    parsePolicy(
      `log ${other.log.signer.verifierKey}\nwitness n ${north}\nwitness s ${south}\ngroup g ${quorum} n s\nquorum g\n`,
    );
  const text = await other.proof(4);
  expect(verifyProof(text, enough(1))).toMatchObject({ witnessedAt: 1_700_000_009n });
  expect(verifyProof(text, enough(2))).toMatchObject({ witnessedAt: 1_700_000_609n });
});
