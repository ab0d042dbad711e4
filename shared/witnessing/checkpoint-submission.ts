import { setTimeout as pause } from "node:timers/promises";
import { consistencyPath } from "../ledger/merkle.ts";
import { log as writeLog } from "../log.ts";
import type { WitnessAddress } from "./witness-addresses.ts";
import type { WitnessClient } from "./witness-client.ts";
import type { SignedCheckpoint, WitnessedLog } from "./witnessed-log.ts";

const LIMITS = {
  /** How often the newest checkpoint is looked for: it is to be witnessed within 5 s. */
  everyMs: 1_000,
  /** Between two lines in the log about the same witness. */
  tellEveryMs: 60_000,
  /** A witness that does not answer is asked again after this, twice as long each time. */
  firstRestMs: 1_000,
  restMs: 30_000,
} as const;

export interface SubmissionOptions {
  /** Those that can be asked now. */
  witnesses: () => readonly WitnessClient[];
  /** Is told of each cosignature that is kept. */
  onCosigned?: (by: WitnessAddress) => Promise<void>;
  everyMs?: number;
}

/** What is remembered of a witness between two checkpoints. */
interface Standing {
  /** The size that it has cosigned last, as far as is known; null: unknown. */
  size: bigint | null;
  failures: number;
  restUntil: number;
  toldAt: number;
}

/** Gives each new checkpoint of a log to the witnesses, and keeps their cosignatures. */
export class CheckpointSubmission {
  private readonly standings = new Map<string, Standing>();
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;

  constructor(
    private readonly log: WitnessedLog,
    private readonly options: SubmissionOptions,
  ) {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await this.submitNewest().catch((error) => {
        writeLog("WARN", "checkpoint-waits", { origin: this.log.origin, reason: String(error) });
      });
      await pause(this.options.everyMs ?? LIMITS.everyMs, undefined, { signal }).catch(
        () => undefined,
      );
    }
  }

  /** Gives the newest checkpoint to each witness that has not cosigned it yet. */
  async submitNewest(): Promise<void> {
    const newest = await this.log.latest();
    if (!newest) return;
    const done = await this.log.cosignedBy(newest.size);
    const due = this.options.witnesses().filter(({ name }) => !done.has(name) && this.isUp(name));
    await Promise.all(due.map((witness) => this.submitTo(witness, newest)));
  }

  private async submitTo(witness: WitnessClient, newest: SignedCheckpoint): Promise<void> {
    const standing = this.standingOf(witness.name);
    try {
      await this.cosigned(witness, newest, standing);
      Object.assign(standing, { failures: 0, restUntil: 0 });
    } catch (error) {
      const restMs = Math.min(LIMITS.firstRestMs * 2 ** standing.failures, LIMITS.restMs);
      Object.assign(standing, { size: null, restUntil: Date.now() + restMs });
      standing.failures++;
      this.tell(standing, "WARN", witness.name, String(error));
    }
  }

  private async cosigned(
    witness: WitnessClient,
    newest: SignedCheckpoint,
    standing: Standing,
  ): Promise<void> {
    const { origin } = this.log;
    standing.size ??= (await witness.lastCheckpoint(origin))?.size ?? 0n;
    // Somebody else may give it checkpoints too: then it says which size counts.
    for (let attempt = 1; attempt <= 3; attempt++) {
      const oldSize: bigint = standing.size;
      if (oldSize > newest.size) return this.judgeAhead(witness.name, oldSize, standing);
      const path = await consistencyPath(oldSize, newest.size, this.log.tree(newest.size));
      const said = await witness.add({ oldSize, path, checkpoint: newest.note });
      if (said.kind === "COSIGNED") {
        await this.log.keepCosignature(newest.size, witness.name, said.line);
        await this.options.onCosigned?.(witness.address);
        standing.size = newest.size;
        return;
      }
      if (said.kind === "REFUSED") {
        this.tell(standing, "ERROR", witness.name, `${said.status} ${said.reason}`);
        throw new Error(`it answered ${said.status}: ${said.reason}`);
      }
      standing.size = said.size;
    }
  }

  /** Ahead of us it may be for a moment, where another process has signed meanwhile. */
  private async judgeAhead(witness: string, size: bigint, standing: Standing): Promise<void> {
    const newest = await this.log.latest();
    if (newest && newest.size >= size) return;
    this.tell(standing, "ERROR", witness, `it has seen ${size} entries, more than there are`);
  }

  private isUp(witness: string): boolean {
    return this.standingOf(witness).restUntil <= Date.now();
  }

  private standingOf(witness: string): Standing {
    const known = this.standings.get(witness);
    if (known) return known;
    const fresh = { size: null, failures: 0, restUntil: 0, toldAt: Number.NEGATIVE_INFINITY };
    this.standings.set(witness, fresh);
    return fresh;
  }

  private tell(standing: Standing, level: "WARN" | "ERROR", witness: string, reason: string): void {
    if (Date.now() - standing.toldAt < LIMITS.tellEveryMs) return;
    standing.toldAt = Date.now();
    const facts = { origin: this.log.origin, witness, reason };
    if (level === "ERROR") writeLog("ERROR", "witness-refuses", facts);
    else writeLog("WARN", "witness-away", facts);
  }
}
