import type { KeyObject } from "node:crypto";
import { checkpointText } from "../../shared/ledger/checkpoint.ts";
import { cosign, type WitnessSigner, witnessSigner } from "../../shared/ledger/cosignature.ts";
import { privateKeyOf } from "../../shared/ledger/ed25519.ts";
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  leafHash,
  rootOf,
  type SubtreeReader,
} from "../../shared/ledger/merkle.ts";
import {
  type NoteSigner,
  noteSigner,
  signNote,
  withSignatureLines,
} from "../../shared/ledger/note.ts";
import { encodeProofFile } from "../../shared/ledger/proof-file.ts";

/** A private key that is the same in every run. */
export function testKey(number: number): KeyObject {
  return privateKeyOf(Buffer.alloc(32, number));
}

/** A log in memory with two witnesses, from which tests take proofs that hold. */
export class SmallLog {
  readonly signer: NoteSigner;
  readonly witnesses: readonly WitnessSigner[];
  readonly entries: readonly Buffer[];
  private readonly leaves: readonly Hash[];

  constructor(
    size: number,
    readonly origin = "log.example/ledger",
    keys: readonly [number, number, number] = [1, 2, 3],
  ) {
    const [log, first, second] = keys;
    this.signer = noteSigner(origin, testKey(log));
    this.witnesses = [
      witnessSigner("witness.example/north", testKey(first)),
      witnessSigner("witness.example/south", testKey(second)),
    ];
    this.entries = Array.from({ length: size }, (_, index) => Buffer.from(`entry ${index}`));
    this.leaves = this.entries.map(leafHash);
  }

  root(size: number): Hash {
    return rootOf(this.leaves.slice(0, size));
  }

  checkpointText(size: number): string {
    return checkpointText({ origin: this.origin, size: BigInt(size), root: this.root(size) });
  }

  /** The checkpoint at this size, signed by the log and cosigned by so many witnesses. */
  checkpoint(size: number, witnesses = 2): string {
    const text = this.checkpointText(size);
    const lines = this.witnesses
      .slice(0, witnesses)
      .map((witness) => cosign(text, 1_700_000_000n, witness));
    return withSignatureLines(signNote(text, [this.signer]), lines);
  }

  inclusionPath(index: number, size: number): Promise<Hash[]> {
    return inclusionPath(BigInt(index), BigInt(size), this.reader(size));
  }

  consistencyPath(oldSize: number, newSize: number): Promise<Hash[]> {
    return consistencyPath(BigInt(oldSize), BigInt(newSize), this.reader(newSize));
  }

  async proofFile(index: number, size: number, extra: Buffer | null = null): Promise<string> {
    const path = await this.inclusionPath(index, size);
    return encodeProofFile({
      extra,
      index: BigInt(index),
      path,
      checkpoint: this.checkpoint(size),
    });
  }

  /** Both witnesses are asked for. */
  policy(): string {
    const [north, south] = this.witnesses.map(({ verifierKey }) => verifierKey);
    return [
      "# who is believed",
      `log ${this.signer.verifierKey}`,
      `witness north ${north}`,
      `witness south ${south} https://south.example/`,
      "group both all north south",
      "quorum both",
      "",
    ].join("\n");
  }

  private reader(size: number): SubtreeReader {
    return {
      subtree: async (level, index) => {
        const from = Number(index) * 2 ** level;
        const part = this.leaves.slice(from, from + 2 ** level);
        if (from + 2 ** level > size) throw new Error(`read beyond ${size}: ${level}/${index}`);
        return rootOf(part);
      },
    };
  }
}
