import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { parseNote, parseVerifierKey } from "../../shared/ledger/note.ts";
import { SmallLog } from "./small-log.ts";

function isInstalled(): boolean {
  try {
    // Version 3 is the first whose pkeyutl signs Ed25519.
    return /^OpenSSL [3-9]/.test(execFileSync("openssl", ["version"]).toString());
  } catch {
    return false;
  }
}

const installed = isInstalled();
const folder = mkdtempSync(join(tmpdir(), "openssl-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** As docs/ledger.md tells it: the note's text, and the signature without the key's id. */
function isAccepted(publicKey: Buffer, text: Buffer, signature: Buffer): boolean {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]);
  const [key, data, sig] = [file("key.der", der), file("text", text), file("sig", signature)];
  const how = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key];
  return spawnSync("openssl", [...how, "-rawin", "-in", data, "-sigfile", sig]).status === 0;
}

(installed ? describe : describe.skip)(
  installed ? "OpenSSL" : "OpenSSL (skipped: version 3 is not installed)",
  () => {
    const log = new SmallLog(300);
    const { text, signatures } = parseNote(log.checkpoint(300));
    const [ofLog, ofWitness] = signatures.map(({ signature }) => signature) as [Buffer, Buffer];
    const { publicKey } = parseVerifierKey(log.signer.verifierKey);
    const bytes = Buffer.from(text);

    test("accepts the log's signature of a checkpoint, and a witness's cosignature", () => {
      expect(isAccepted(publicKey, bytes, ofLog)).toBe(true);
      const witness = parseVerifierKey(log.witnesses[0]?.verifierKey ?? "");
      const message = Buffer.from(`cosignature/v1\ntime ${ofWitness.readBigUInt64BE(0)}\n${text}`);
      expect(isAccepted(witness.publicKey, message, ofWitness.subarray(8))).toBe(true);
    });

    test("accepts neither another text, nor another signature, nor another key's", () => {
      const random = new Random("openssl", "mutations");
      const flipped = (of: Buffer): Buffer => {
        const copy = Buffer.from(of);
        const at = random.below(copy.length);
        copy[at] = (copy[at] as number) ^ (1 << random.below(8));
        return copy;
      };
      for (let count = 0; count < 20; count += 1) {
        expect(isAccepted(publicKey, flipped(bytes), ofLog)).toBe(false);
        expect(isAccepted(publicKey, bytes, flipped(ofLog))).toBe(false);
      }
      const other = new SmallLog(1, log.origin, [4, 5, 6]);
      const { publicKey: foreign } = parseVerifierKey(other.signer.verifierKey);
      expect(isAccepted(foreign, bytes, ofLog)).toBe(false);
    });
  },
);
