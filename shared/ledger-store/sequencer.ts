import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Checkpoint, checkpointText, openCheckpoint } from "../ledger/checkpoint.ts";
import { verifierOf } from "../ledger/cosignature.ts";
import { EMPTY_ROOT, type Hash } from "../ledger/merkle.ts";
import { signNote } from "../ledger/note.ts";
import { LedgerFormatError } from "../ledger/strict-text.ts";
import { newTiles } from "../ledger/tiles.ts";
import { log } from "../log.ts";
import type { TenantSql } from "../postgres/database.ts";
import { now } from "../time.ts";
import { LEDGER_LIMITS, type LedgerLimits } from "./limits.ts";
import { pendingLogKey } from "./log-key-entry.ts";
import type { LogKeys } from "./log-keys.ts";
import { SequencerStore, type StoredState } from "./sequencer.store.ts";
import { rootOfEdge } from "./tree-edge.ts";

/** The tree that the log stands at before it signs for the first time; size 0: it is empty. */
export interface SignedTree {
  origin: string;
  size: bigint;
  root: Hash;
}

/** Rejects where a witness knows more of the log than the database does: then nothing is signed. */
export type BeforeFirstSignature = (tree: SignedTree) => Promise<void>;

export interface SequencerOptions {
  /** Connections of the sequencer's role. */
  sql: TenantSql;
  keys: LogKeys;
  beforeFirstSignature?: BeforeFirstSignature;
  /** Is told each checkpoint once it is committed. */
  onCheckpoint?: (checkpoint: { size: bigint; root: Hash; note: string }) => void;
  /** Enters some rows that were there before the ledger; false where none is left. */
  backfill?: () => Promise<boolean>;
  /** Other limits: tests do not wait as long. */
  limits?: Partial<LedgerLimits> | undefined;
}

/** Nothing may be signed: the tables, or a witness, say something else than this log. */
export class LogContradicted extends Error {
  override name = "LogContradicted";
}

/** The present tree in memory: what the tables said last, or what this process has committed since. */
type Tree = Pick<StoredState, "size" | "edge"> & { root: Hash };

/**
 * Brings entries that wait into the log, all of them that are there at once in one transaction with
 * the tiles and the checkpoint that they make. Of all processes of a service one does so: who has
 * the lease. What it remembers is a cache: after any failure it reads the tables again.
 */
export class Sequencer {
  private readonly holder = randomUUID();
  private readonly store: SequencerStore;
  private epoch: number | null = null;
  private tree: Tree | null = null;
  private renewedAt = 0;
  private isStopped = false;
  private readonly stopping = new AbortController();
  private run: Promise<void> = Promise.resolve();
  private fault = "";
  private readonly limits: LedgerLimits;

  constructor(private readonly options: SequencerOptions) {
    this.store = new SequencerStore(options.sql);
    this.limits = { ...LEDGER_LIMITS, ...options.limits };
  }

  /** Begins at once, and goes on until it is stopped. */
  start(): void {
    this.run = this.loop();
  }

  /** Resolves when nothing is under way any more; another process may take over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopping.abort();
    await this.run;
    const { epoch } = this;
    this.epoch = null;
    // Where the database is away, the lease ends by itself.
    if (epoch !== null) await this.store.endLease(epoch).catch(() => undefined);
  }

  /** Whether this process is the one that sequences. */
  get isLeading(): boolean {
    return this.epoch !== null && this.tree !== null;
  }

  private async loop(): Promise<void> {
    while (!this.isStopped) {
      const pauseMs = await this.turn();
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** One look at what waits. Answers how long to wait until the next one. */
  private async turn(): Promise<number> {
    try {
      if (!(await this.lead())) return this.limits.retryMs;
      const taken = (await this.store.isDue()) ? await this.sequence() : 0;
      this.fault = "";
      if (taken === this.limits.leavesAtOnce) return 0;
      if (await this.options.backfill?.()) return 0;
      await this.renew(taken === 0);
      return this.limits.lookEveryMs;
    } catch (error) {
      this.forget();
      this.tell(error);
      return this.limits.retryMs;
    }
  }

  /** Whether this process has the lease; takes it where nobody has, and reads the tables. */
  private async lead(): Promise<boolean> {
    if (this.epoch !== null && this.tree !== null) return true;
    this.epoch = await this.store.takeLease(this.holder);
    if (this.epoch === null) return false;
    this.renewedAt = performance.now();
    this.tree = await this.read();
    return true;
  }

  private async read(): Promise<Tree> {
    const { keys, beforeFirstSignature } = this.options;
    const state = await this.store.state();
    const tree = this.checked(state);
    await beforeFirstSignature?.({ origin: keys.origin, size: tree.size, root: tree.root });
    const known = new Set((await this.store.keys()).map(({ keyId }) => keyId));
    for (const { keyId, verifierKey } of keys.signers) {
      if (known.has(keyId)) continue;
      const key = { keyId, verifierKey, at: now() };
      await this.store.addKey(key, pendingLogKey(key));
      log("WARN", "ledger-key-added", { origin: keys.origin, keyId, verifierKey });
    }
    return tree;
  }

  /** The stored tree, where its parts agree with each other and with what was signed. */
  private checked({ size, root, note, leaves, edge }: StoredState): Tree {
    if (leaves !== size) throw new LogContradicted(`the log has ${leaves} leaves, not ${size}`);
    if (size === 0n) return { size, edge, root: EMPTY_ROOT };
    if (!root || !note) throw new LogContradicted(`the log's size ${size} was never signed`);
    if (!rootOfEdge(size, edge).equals(root)) {
      throw new LogContradicted(`the log's tiles do not give the root that it signed at ${size}`);
    }
    const checkpoint = this.ownCheckpoint(note);
    if (checkpoint.size !== size || !checkpoint.root.equals(root)) {
      throw new LogContradicted(`the checkpoint of size ${size} says something else than its row`);
    }
    return { size, edge, root };
  }

  /**
   * What is gone on from must be signed by a key that this process has: whoever writes to the tables
   * can name keys there, too.
   */
  private ownCheckpoint(note: string): Checkpoint {
    const { origin, signers } = this.options.keys;
    const logs = signers.map(({ verifierKey }) => verifierOf(verifierKey));
    try {
      return openCheckpoint(note, { logs }).checkpoint;
    } catch (error) {
      if (!(error instanceof LedgerFormatError)) throw error;
      const ids = signers.map(({ keyId }) => keyId).join(", ");
      throw new LogContradicted(
        `no key of ${origin} that is here (${ids}) has signed the log's last checkpoint: ${error.message}. The database is another log's, or somebody wrote to it, or a key was dropped before a start had signed with the new one: then put the old one back`,
      );
    }
  }

  /** Answers how many entries became leaves. Nothing of them leaves this process before the commit. */
  private async sequence(): Promise<number> {
    const { epoch, tree } = this;
    if (epoch === null || tree === null) throw new Error("only who leads may sequence");
    const grown = await this.options.sql.transaction(async (sql) => {
      const store = new SequencerStore(sql);
      if (!(await store.hold(epoch, tree.size))) throw new LeaseLost();
      const leaves = await store.sequence(tree.size, this.limits.leavesAtOnce);
      if (leaves.length === 0) return null;
      const size = tree.size + BigInt(leaves.length);
      const { tiles, edge } = newTiles(tree.size, leaves, tree.edge);
      const root = rootOfEdge(size, edge);
      const note = this.sign({ size, root });
      const isDrained = leaves.length < this.limits.leavesAtOnce;
      const growth = { oldSize: tree.size, size, root, note, tiles, isDrained };
      if (!(await store.grow(epoch, growth))) throw new LeaseLost();
      return { size, edge, root, note, leaves: leaves.length };
    });
    if (grown === null) return 0;
    const { size, edge, root, note, leaves } = grown;
    this.tree = { size, edge, root };
    this.renewedAt = performance.now();
    this.options.onCheckpoint?.({ size, root, note });
    return leaves;
  }

  private sign({ size, root }: { size: bigint; root: Hash }): string {
    const { origin, signers } = this.options.keys;
    return signNote(checkpointText({ origin, size, root }), signers);
  }

  private async renew(isDrained: boolean): Promise<void> {
    const { epoch } = this;
    if (epoch === null || performance.now() - this.renewedAt < this.limits.renewEveryMs) return;
    if (!(await this.store.renewLease(epoch, isDrained))) throw new LeaseLost();
    this.renewedAt = performance.now();
  }

  private forget(): void {
    this.epoch = null;
    this.tree = null;
  }

  /** Each fault once, until it is another one or over. */
  private tell(error: unknown): void {
    if (error instanceof LeaseLost) return;
    const { name, message } = error instanceof Error ? error : { name: "unknown", message: "" };
    if (this.fault === `${name} ${message}`) return;
    this.fault = `${name} ${message}`;
    const { origin } = this.options.keys;
    if (error instanceof LogContradicted) {
      log("ERROR", "ledger-contradicted", { origin, message });
    } else log("WARN", "ledger-not-sequenced", { origin, error: name });
  }
}

/** Another process has taken over: nothing is wrong. */
class LeaseLost extends Error {}
