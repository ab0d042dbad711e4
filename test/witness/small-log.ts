import { generateKeyPairSync } from "node:crypto";
import { checkpointText } from "../../shared/ledger/checkpoint.ts";
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  leafHash,
  rootOf,
  type SubtreeReader,
} from "../../shared/ledger/merkle.ts";
import { type NoteSigner, noteSigner, signNote } from "../../shared/ledger/note.ts";
import { encodeWitnessRequest } from "../../shared/ledger/witness-request.ts";

/** A log in memory, as its own signer sees it. It can be told to lie. */
export class SmallLog {
  readonly leaves: Hash[] = [];
  signer: NoteSigner;

  constructor(readonly origin: string) {
    this.signer = newSigner(origin);
  }

  get size(): bigint {
    return BigInt(this.leaves.length);
  }

  grow(entries: number, say = "entry"): this {
    for (let added = 0; added < entries; added++) {
      this.leaves.push(leafHash(Buffer.from(`${say} ${this.leaves.length}`)));
    }
    return this;
  }

  /** The same log with the same key, up to here. */
  fork(size: number): SmallLog {
    const other = new SmallLog(this.origin);
    other.signer = this.signer;
    other.leaves.push(...this.leaves.slice(0, size));
    return other;
  }

  root(size = this.size): Hash {
    return rootOf(this.leaves.slice(0, Number(size)));
  }

  text(size = this.size): string {
    return checkpointText({ origin: this.origin, size, root: this.root(size) });
  }

  note(size = this.size, signers: readonly NoteSigner[] = [this.signer]): string {
    return signNote(this.text(size), signers);
  }

  consistency(oldSize: bigint, newSize = this.size): Promise<Hash[]> {
    return consistencyPath(oldSize, newSize, this.reader);
  }

  inclusion(index: bigint, size = this.size): Promise<Hash[]> {
    return inclusionPath(index, size, this.reader);
  }

  /** The body with which this checkpoint is handed to a witness that has seen `oldSize`. */
  async request(oldSize: bigint, size = this.size): Promise<string> {
    const path = oldSize <= size ? await this.consistency(oldSize, size) : [];
    return encodeWitnessRequest({ oldSize, path, checkpoint: this.note(size) });
  }

  readonly reader: SubtreeReader = {
    subtree: async (level, index) => {
      const from = Number(index << BigInt(level));
      return rootOf(this.leaves.slice(from, from + 2 ** level));
    },
  };
}

export function newSigner(name: string): NoteSigner {
  return noteSigner(name, generateKeyPairSync("ed25519").privateKey);
}
