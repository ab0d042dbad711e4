import { openCheckpoint } from "../ledger/checkpoint.ts";
import type { Hash } from "../ledger/merkle.ts";
import { type NoteVerifier, openNote } from "../ledger/note.ts";
import { LedgerFormatError } from "../ledger/strict-text.ts";
import type { AuditedLogStore, CheckpointRow, CosignatureRow } from "./audited-log.store.ts";
import { BelievedKeys, type RecordedKey } from "./believed-keys.ts";
import type { Findings } from "./findings.ts";
import { CosignatureWalk, type SeenTree, type WitnessRule } from "./walk-cosignatures.ts";

/** Whose signatures an audit believes. */
export interface TrustedKeys {
  origin: string;
  /** Keys of the log that were given to the audit: one of them must have signed the newest checkpoint. */
  pinned: readonly NoteVerifier[];
  /** Keys that have signed for the log before, as the log itself tells. */
  recorded: readonly RecordedKey[];
  witnesses: WitnessRule;
}

/** Compares what was signed, and what witnesses have seen, with the trees that the entries give. */
export class CheckpointWalk {
  private checkpoints = new Map<number, CheckpointRow>();
  private cosignatures = new Map<number, CosignatureRow[]>();
  private readonly keys: BelievedKeys;
  private readonly witnesses: CosignatureWalk;
  private readonly strangers = new Set<string>();
  private lastGood = 0;
  private isBroken = false;
  private good = 0;

  constructor(
    private readonly store: AuditedLogStore,
    private readonly trusted: TrustedKeys,
    private readonly seen: readonly SeenTree[],
    private readonly findings: Findings,
  ) {
    this.keys = new BelievedKeys(trusted.pinned, trusted.recorded);
    this.witnesses = new CosignatureWalk(trusted.witnesses, findings);
  }

  /** How many checkpoints, and how many cosignatures of known witnesses, hold. */
  get held(): { checkpoints: number; cosignatures: number } {
    return { checkpoints: this.good, cosignatures: this.witnesses.held };
  }

  /** An entry has its place: it may be that of a key, which is believed from the next checkpoint on. */
  met(entry: string): void {
    this.keys.met(entry);
  }

  /** Reads what there is for trees beyond the one size, up to the other. */
  async load(after: number, to: number): Promise<void> {
    const rows = await this.store.checkpoints(after, to);
    this.checkpoints = new Map(rows.map((row) => [row.size, row]));
    this.cosignatures = new Map();
    for (const row of await this.store.cosignatures(after, to)) {
      const known = this.cosignatures.get(row.size);
      if (known) known.push(row);
      else this.cosignatures.set(row.size, [row]);
    }
  }

  /** Whether something is said of the tree of this size. */
  isAsked(size: number): boolean {
    return this.checkpoints.has(size) || this.seen.some((tree) => tree.size === size);
  }

  /** The entries up to here give this root. */
  reached(size: number, root: Hash): void {
    const row = this.checkpoints.get(size);
    if (row) this.compare(row, root);
    for (const tree of this.seen) {
      if (tree.size !== size || tree.root?.equals(root)) continue;
      const detail = `${tree.witness} has seen another tree of ${size} entries`;
      this.findings.add("WITNESS_CONTRADICTS", detail);
    }
  }

  /** `size` entries are all that there are; `isWhole` says whether none is missing among them. */
  async finish(size: number, isWhole: boolean): Promise<void> {
    const { size: said, signedSize, note } = await this.store.largest();
    const largest = Math.max(said, signedSize ?? 0);
    if (isWhole && largest > size) {
      const detail = `entries ${size} to ${largest - 1} are not there`;
      this.findings.add("LEAF_MISSING", detail, { index: size });
    }
    if (said !== (signedSize ?? 0) || (isWhole && size > said)) {
      const detail = `${signedSize ?? 0} entries were signed, of ${Math.max(size, said)}`;
      this.findings.add("CHECKPOINT_MISSING", detail);
    }
    if (note !== null) this.assertPinned(note);
    const { graceSeconds } = this.trusted.witnesses;
    this.witnesses.finish(await this.store.toBeWitnessed(graceSeconds), this.seen);
    for (const tree of this.seen) {
      if (tree.size <= size) continue;
      const detail = `${tree.witness} has seen ${tree.size} entries, the database has ${size}`;
      this.findings.add("WITNESS_AHEAD", detail);
    }
  }

  private compare(row: CheckpointRow, root: Hash): void {
    const { size } = row;
    const opened = this.open(row);
    if (opened === null) return;
    const { checkpoint, text } = opened;
    const isOfRow =
      checkpoint.origin === this.trusted.origin &&
      checkpoint.size === BigInt(size) &&
      checkpoint.root.equals(row.root);
    if (!isOfRow) {
      const detail = `the checkpoint of ${size} entries says something else than its row`;
      this.findings.add("CHECKPOINT_WRONG", detail);
    } else if (checkpoint.root.equals(root)) {
      this.lastGood = size;
      this.good += 1;
      this.keys.signed();
    } else if (!this.isBroken) {
      // Every larger tree has the changed entry too: told once.
      this.isBroken = true;
      const which = `entries ${this.lastGood} to ${size - 1}`;
      const detail = `${which} are not those that were signed, or one of them is not`;
      this.findings.add("CHECKPOINT_WRONG", detail, { index: this.lastGood });
    }
    this.witnesses.compare(size, text, this.cosignatures.get(size) ?? []);
  }

  private open({ size, note }: CheckpointRow): ReturnType<typeof openCheckpoint> | null {
    try {
      return openCheckpoint(note, { logs: this.keys.verifiers });
    } catch (error) {
      if (!(error instanceof LedgerFormatError)) throw error;
      const strangers = this.keys.strangersOf(note);
      if (strangers.length > 0) {
        this.tellStrangers(size, strangers);
        return null;
      }
      const detail = `the checkpoint of ${size} entries: ${error.message}`;
      this.findings.add("CHECKPOINT_UNSIGNED", detail);
      return null;
    }
  }

  /** Each once: it has signed all that comes behind, too. */
  private tellStrangers(size: number, keyIds: readonly string[]): void {
    for (const keyId of keyIds) {
      if (this.strangers.has(keyId)) continue;
      this.strangers.add(keyId);
      const detail = `the checkpoint of ${size} entries is signed by the key ${keyId}, which no key that is believed has entered before. Where it is an older key of this log, the policy must name it too`;
      this.findings.add("CHECKPOINT_UNSIGNED", detail);
    }
  }

  /** The log tells itself which keys were its own, but the newest signature is by one that we know. */
  private assertPinned(note: string): void {
    const { pinned } = this.trusted;
    if (pinned.length === 0) return;
    try {
      openNote(note, pinned);
    } catch (error) {
      if (!(error instanceof LedgerFormatError)) throw error;
      const detail = `the newest checkpoint: ${error.message}`;
      this.findings.add("CHECKPOINT_UNSIGNED", detail);
    }
  }
}
