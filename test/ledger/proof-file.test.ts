import { describe, expect, test } from "@jest/globals";
import { signNote } from "../../shared/ledger/note.ts";
import { parsePolicy } from "../../shared/ledger/policy.ts";
import {
  encodeProofFile,
  PROOF_FAULTS,
  type ProofReport,
  parseProofFile,
  verifyProofFile,
} from "../../shared/ledger/proof-file.ts";
import { mutationsOf } from "./mutations.ts";
import { SmallLog } from "./small-log.ts";

const log = new SmallLog(300);
const policy = parsePolicy(log.policy());

const entry = (index: number): Buffer => log.entries[index] as Buffer;
const faultOf = (report: ProofReport) => (report.proven ? null : report.fault);

describe("a proof file", () => {
  test("proves its entry at every index of every kind of tree, and says what", async () => {
    for (const size of [1, 2, 3, 7, 8, 9, 255, 256, 257, 300]) {
      for (const index of [0, 1, Math.floor(size / 2), size - 2, size - 1]) {
        if (index < 0 || index >= size) continue;
        const file = await log.proofFile(index, size);
        expect(verifyProofFile(file, entry(index), policy)).toEqual({
          proven: true,
          origin: "log.example/ledger",
          index: BigInt(index),
          size: BigInt(size),
          root: log.root(size),
          logKeys: [log.signer.keyId],
          witnesses: [
            { name: "north", time: 1_700_000_000n },
            { name: "south", time: 1_700_000_000n },
          ],
        });
        const other = Buffer.concat([entry(index), Buffer.of(0)]);
        expect(faultOf(verifyProofFile(file, other, policy))).toBe("NOT_INCLUDED");
      }
    }
  });

  test("is read and written the same, with extra data that proves nothing", async () => {
    for (const extra of [null, Buffer.alloc(0), Buffer.from("told by the way")]) {
      const file = await log.proofFile(5, 300, extra);
      expect(encodeProofFile(parseProofFile(file))).toBe(file);
      expect(verifyProofFile(file, entry(5), policy).proven).toBe(true);
    }
    const file = await log.proofFile(5, 300);
    const claimed = file.replace("index", "extra aW5kZXggNgo=\nindex");
    expect(verifyProofFile(claimed, entry(6), policy).proven).toBe(false);
  });

  test("proves nothing when 10,000 times anything in it is another", async () => {
    const passed: string[] = [];
    const faults = new Set<string | null>();
    const files = [await log.proofFile(0, 1), await log.proofFile(77, 300)];
    for (const [at, file] of files.entries()) {
      for (const { kind, bytes } of mutationsOf(file, 5_000, `proof ${at}`)) {
        const report = verifyProofFile(bytes, entry(at === 0 ? 0 : 77), policy);
        if (report.proven) passed.push(`${kind}: ${bytes}`);
        faults.add(faultOf(report));
      }
    }
    expect(passed).toEqual([]);
    // Every way to refuse was taken: the mutations do not all end at the first check.
    expect([...faults].sort()).toEqual([...PROOF_FAULTS].sort());
  });

  test("does not hold for another log, by another key, or by too few witnesses", async () => {
    const file = await log.proofFile(5, 300);
    const foreign = new SmallLog(300, "log.example/other", [7, 2, 3]);
    expect(faultOf(verifyProofFile(file, entry(5), parsePolicy(foreign.policy())))).toBe(
      "UNKNOWN_LOG",
    );
    const forged = new SmallLog(300, "log.example/ledger", [9, 2, 3]);
    const impostor = await forged.proofFile(5, 300);
    expect(faultOf(verifyProofFile(impostor, entry(5), policy))).toBe("UNKNOWN_LOG");
    const path = await log.inclusionPath(5, 300);
    const withWitnesses = (count: number) =>
      encodeProofFile({ extra: null, index: 5n, path, checkpoint: log.checkpoint(300, count) });
    expect(faultOf(verifyProofFile(withWitnesses(0), entry(5), policy))).toBe("QUORUM_NOT_REACHED");
    expect(faultOf(verifyProofFile(withWitnesses(1), entry(5), policy))).toBe("QUORUM_NOT_REACHED");
    expect(faultOf(verifyProofFile(withWitnesses(2), entry(5), policy))).toBeNull();
  });

  test("does not hold with the checkpoint of another tree, or of something else", async () => {
    const path = await log.inclusionPath(5, 300);
    const file = (checkpoint: string, index = 5n) =>
      verifyProofFile(encodeProofFile({ extra: null, index, path, checkpoint }), entry(5), policy);
    expect(faultOf(file(log.checkpoint(299)))).toBe("NOT_INCLUDED");
    expect(faultOf(file(log.checkpoint(300), 300n))).toBe("NOT_INCLUDED");
    expect(faultOf(file(log.checkpoint(300), 4n))).toBe("NOT_INCLUDED");
    expect(faultOf(file(signNote("something else\n", [log.signer])))).toBe("MALFORMED");
    expect(faultOf(file(""))).toBe("MALFORMED");
  });

  test.each([
    ["nothing", () => ""],
    ["another version", (file: string) => file.replace("@v1", "@v2")],
    ["carriage returns", (file: string) => file.replaceAll("\n", "\r\n")],
    ["no index", (file: string) => file.replace(/index .*\n/, "")],
    ["an index with a leading zero", (file: string) => file.replace("index 5", "index 05")],
    ["an index with a sign", (file: string) => file.replace("index 5", "index +5")],
    [
      "an index beyond 63 bits",
      (file: string) => file.replace("index 5", "index 9223372036854775808"),
    ],
    [
      "its extra data behind its index",
      (file: string) => file.replace("index 5\n", "index 5\nextra YQ==\n"),
    ],
    [
      "extra data twice",
      (file: string) => file.replace("index 5", "extra YQ==\nextra YQ==\nindex 5"),
    ],
    [
      "extra data that is no base64",
      (file: string) => file.replace("index 5", "extra YQ\nindex 5"),
    ],
    ["more than 63 hashes", (file: string) => file.replace(/(\n[\w+/]{43}=)/, "$1".repeat(64))],
    [
      "a hash of 31 bytes",
      (file: string) => file.replace(/\n[\w+/]{43}=/, `\n${"A".repeat(40)}AA==`),
    ],
  ])("with %s is refused as malformed", async (_, change) => {
    const changed = change(await log.proofFile(5, 300));
    expect(faultOf(verifyProofFile(changed, entry(5), policy))).toBe("MALFORMED");
  });
});
