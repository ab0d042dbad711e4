import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { parseProof } from "../../shared/proof/proof.ts";
import { type ProvenContent, verifyProof } from "../../shared/proof/verify-proof.ts";
import { GoVerifier, isGoInstalled } from "../ledger/go-verifier.ts";
import { newSigner } from "../witness/small-log.ts";
import { allEntered } from "./all-entered.ts";
import { ORIGIN, openProvingFactory, type ProvingFactory } from "./proving-factory.ts";

let factory: ProvingFactory;
beforeAll(async () => {
  factory = await openProvingFactory();
});
afterAll(() => factory?.close());

const PROOFS = `query Proofs($serial: String!) {
  device(serialNumber: $serial) {
    revision proof history { nodes { revision recordedAt lotCode proof } }
    asOf(at: "2100-01-01T00:00:00Z") { revision proof }
  }
}`;

async function device(serial: string) {
  return (await factory.ask(PROOFS, { serial })).device;
}

function proven(text: string): ProvenContent {
  const verdict = verifyProof(text, factory.policy);
  if (!verdict.proven) throw new Error(`${verdict.fault}: ${verdict.reason}`);
  return verdict;
}

describe("a device's proof", () => {
  test("is of its last revision, seen by both witnesses within five seconds", async () => {
    await factory.record({ serialNumber: "D-1", lotCode: "L-1", operator: "Ada Example" });
    const began = performance.now();
    await factory.witnessed();
    expect(performance.now() - began).toBeLessThan(5_000);
    await factory.record({ serialNumber: "D-1", partNumber: "P-9" });
    await factory.witnessed();
    const { proof, revision, history } = await device("D-1");
    const { entry, content, witnesses, origin } = proven(proof);
    expect(origin).toBe(ORIGIN);
    expect(entry.id.endsWith(`/${revision}`)).toBe(true);
    expect(entry.at).toBe(history.nodes[1].recordedAt);
    expect(content).toMatchObject({ serialNumber: "D-1", lotCode: "L-1", partNumber: "P-9" });
    expect(witnesses).toHaveLength(2);
    // Whoever operated the station stands in it as a commitment.
    expect(content.operator).toMatch(/^[0-9a-f]{64}$/);
    expect(proof).not.toContain("Ada");
    expect(Buffer.from(/^extra (.*)$/m.exec(proof)?.[1] ?? "", "base64").toString()).not.toContain(
      "Ada",
    );
  });

  test("of each revision is its own, and none is of a state that asOf composed", async () => {
    await factory.record({ serialNumber: "D-2", lotCode: "L-2" });
    await factory.ask(
      `mutation { correctDevice(serialNumber: "D-2", changes: { lotCode: "L-3" }, reason: "wrong label", expectedRevision: 1) { id } }`,
    );
    await factory.witnessed();
    const { history, asOf } = await device("D-2");
    const said = history.nodes.map(({ proof }: { proof: string }) => proven(proof).content.lotCode);
    expect(said).toEqual(["L-2", "L-3"]);
    expect(asOf.proof === null || proven(asOf.proof).content.lotCode === "L-3").toBe(true);
  });

  test("stays the same text, however far the log goes on", async () => {
    const before = (await device("D-1")).proof;
    await factory.record({ serialNumber: "D-3" });
    await factory.witnessed();
    expect((await device("D-1")).proof).toBe(before);
  });

  test("is refused with a code while it is too new, and comes soon", async () => {
    const other = new pg.Client({ connectionString: factory.database.adminUrl });
    await other.connect();
    // Whoever sequences waits for this row.
    await other.query("BEGIN; SELECT FROM ledger_sequencer FOR UPDATE");
    await factory.record({ serialNumber: "D-4" });
    const codes = await factory.codes(PROOFS, { serial: "D-4" });
    await other.query("COMMIT");
    await other.end();
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.every((code) => code === "NOT_LOGGED_YET")).toBe(true);
    await factory.witnessed();
    expect(proven((await device("D-4")).proof).content.serialNumber).toBe("D-4");
  });

  test("is refused where somebody has changed the row behind the log's back", async () => {
    await factory.record({ serialNumber: "D-5", lotCode: "L-5" });
    await factory.witnessed();
    await factory.database.admin("ALTER TABLE device_revision DISABLE TRIGGER ALL");
    await factory.database.admin(
      "UPDATE device_revision SET lot_code = 'L-6' WHERE serial_number = 'D-5'",
    );
    await factory.database.admin("ALTER TABLE device_revision ENABLE TRIGGER ALL");
    expect(new Set(await factory.codes(PROOFS, { serial: "D-5" }))).toEqual(
      new Set(["LOG_DIFFERS"]),
    );
  });
});

describe("a recall's proof", () => {
  test("is of what was frozen, and of exactly its devices", async () => {
    await factory.record(
      { serialNumber: "R-1", lotCode: "L-R" },
      { serialNumber: "R-2", lotCode: "L-R" },
    );
    const { freezeRecall } = await factory.ask(
      `mutation Freeze($input: FreezeRecallInput!) { freezeRecall(input: $input) { id hash } }`,
      {
        input: {
          ...{ title: "Fans", reason: "bearings, says Ada Example" },
          criteria: { group: { field: "lotCode", values: ["L-R"] } },
        },
      },
    );
    await factory.witnessed();
    const read = "query Recall($id: ID!) { recall(id: $id) { proof } }";
    const { recall } = await factory.ask(read, { id: freezeRecall.id });
    const { content, entry } = proven(recall.proof);
    expect(entry.type).toBe("RECALL");
    expect(content).toMatchObject({ title: "Fans", deviceCount: 2, hash: freezeRecall.hash });
    expect(content.reason).toMatch(/^[0-9a-f]{64}$/);
    // Whoever takes a device out of it behind the log's back is found.
    const change = (text: string) => factory.database.admin(text);
    await change("ALTER TABLE recall_item DISABLE TRIGGER ALL");
    await change("DELETE FROM recall_item WHERE serial_number = 'R-2'");
    await change("ALTER TABLE recall_item ENABLE TRIGGER ALL");
    expect(await factory.codes(read, { id: freezeRecall.id })).toEqual(["LOG_DIFFERS"]);
  });
});

const isThere = isGoInstalled();
const GO = isThere
  ? "Go's note and tlog packages"
  : "Go's note and tlog packages (skipped: golang-go and golang-golang-x-mod-dev are not installed)";

(isThere ? describe : describe.skip)(GO, () => {
  test("accept a device's proof, and no other entry in its place", async () => {
    const { proof, history } = await device("D-2");
    const { entry } = parseProof(proof);
    const other = parseProof(history.nodes[0].proof).entry;
    // Their reader of proof files knows no extra data.
    const Proof = Buffer.from(proof.replace(/^extra .*\n/m, ""));
    const go = new GoVerifier();
    const [signer] = factory.keys.signers;
    const keys = {
      Log: signer?.verifierKey ?? "",
      Witnesses: factory.witnesses.running.map(({ verifierKey }) => verifierKey),
    };
    const questions = [entry, other].map((text) => ({
      ...{ Kind: "proof" as const, Proof },
      Entry: Buffer.from(text),
    }));
    expect(go.answers(questions, keys)).toEqual(["yes", expect.stringMatching(/^no/)]);
    go.close();
  }, 120_000);
});

describe("when a log's key is replaced", () => {
  test("proofs of before hold, and those that both keys have signed, and those of the new one", async () => {
    const old = (await device("D-1")).proof;
    const [first] = factory.keys.signers;
    if (!first) throw new Error("no key");
    const second = newSigner(ORIGIN);
    await factory.restart({ keys: { origin: ORIGIN, signers: [second, first] } });
    await factory.record({ serialNumber: "K-1" });
    await factory.witnessed();
    expect(proven((await device("K-1")).proof).logKeys).toEqual([second.keyId, first.keyId]);
    await factory.restart({ keys: { origin: ORIGIN, signers: [second] } });
    await factory.record({ serialNumber: "K-2" });
    await factory.witnessed();
    expect(proven((await device("K-2")).proof).logKeys).toEqual([second.keyId]);
    expect(proven(old).logKeys).toEqual([first.keyId]);
    expect((await device("D-1")).proof).toBe(old);
  });
});

describe("witnesses that are away", () => {
  test("keep nothing from being recorded, and see it when they are back", async () => {
    await factory.witnesses.stop(0);
    await factory.record({ serialNumber: "W-1" });
    await allEntered(factory.database);
    const alone = verifyProof((await device("W-1")).proof, factory.policy);
    expect(alone).toMatchObject({ proven: false, fault: "QUORUM_NOT_REACHED" });
    await factory.witnesses.resume(0);
    await factory.witnessed();
    expect(proven((await device("W-1")).proof).content.serialNumber).toBe("W-1");
  });

  test("leave a proof its tree, where one of them is enough", async () => {
    await factory.restart({ keys: factory.keys, quorum: 1 });
    await factory.witnessed();
    await factory.witnesses.stop(0);
    await factory.record({ serialNumber: "Q-1" });
    await cosignedOnce();
    const { proof } = await device("Q-1");
    expect(proven(proof).witnesses).toHaveLength(1);
    await factory.record({ serialNumber: "Q-2" });
    await cosignedOnce();
    expect((await device("Q-1")).proof).toBe(proof);
    await factory.witnesses.resume(0);
  });
});

/** Resolves when the newest checkpoint has entered all, and one witness has seen it. */
async function cosignedOnce(): Promise<void> {
  await allEntered(factory.database);
  for (;;) {
    const [row] = await factory.database.admin<{ seen: boolean }>(
      "SELECT max(size) = (SELECT max(size) FROM ledger_checkpoint) AS seen FROM ledger_cosignature",
    );
    if (row?.seen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
