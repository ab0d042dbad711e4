import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, writeSynced } from "../shared/durable-file.ts";
import { WITNESS_LIMITS } from "./limits.ts";

/** A cosigned checkpoint as it is kept, and its place among those of its log. */
export interface KeptCheckpoint {
  sequence: number;
  note: string;
}

/**
 * The checkpoints that a witness has cosigned: of each log a folder with a file for each, numbered.
 * A number is taken by linking a whole, synced file to it, which fails where it is taken already.
 * So of two that follow on the same one only one is kept, also where two processes share the folder,
 * and whenever the machine stops, the last one is there as a whole.
 */
export class SeenCheckpoints {
  /** Of each log the number of which it is certain that it is on the disk, and all before it. */
  private readonly settled = new Map<string, number>();

  /** `sync` has a folder's names on the disk, or rejects. */
  constructor(
    private readonly folder: string,
    private readonly sync: (folder: string) => Promise<void> = syncFolder,
  ) {}

  async last(origin: string): Promise<KeptCheckpoint | null> {
    return this.lastOf(originKey(origin));
  }

  /** The same by the hex SHA-256 of the origin, as a reader names it. */
  async lastOf(key: string): Promise<KeptCheckpoint | null> {
    for (;;) {
      const sequence = (await this.sequences(key)).at(-1);
      if (sequence === undefined) return null;
      await this.settle(key, sequence);
      const note = await readFile(this.path(key, sequence), "utf8").catch(ifMissing);
      // Gone only where later ones have come meanwhile.
      if (note !== null) return { sequence, note };
    }
  }

  /** Keeps a checkpoint behind this one, durably; false where another one is there by now. */
  async keepAfter(last: KeptCheckpoint | null, origin: string, note: string): Promise<boolean> {
    const key = originKey(origin);
    const sequence = (last?.sequence ?? 0) + 1;
    await mkdir(join(this.folder, key), { recursive: true, mode: 0o700 });
    // Also where it was there: whoever made it may have died before this.
    if (last === null) await this.sync(this.folder);
    if (!(await this.linkWhole(key, sequence, note))) return false;
    const all = await this.sequences(key);
    // Whoever was so late that the number was free again has come after others.
    if (all.at(-1) !== sequence) return false;
    for (const old of all.slice(0, -WITNESS_LIMITS.checkpointsKept)) {
      await rm(this.path(key, old), { force: true });
    }
    return true;
  }

  /** Keeps two checkpoints of a log that cannot both be true. */
  async keepEvidence(origin: string, notes: readonly string[]): Promise<void> {
    const text = notes.join("\n");
    const folder = join(this.folder, originKey(origin), "evidence");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length >= WITNESS_LIMITS.evidenceKept) return;
    const name = createHash("sha256").update(text).digest("hex");
    await writeSynced(join(folder, name), text, { mode: 0o600, flags: "w" });
    await this.sync(folder);
  }

  private async linkWhole(key: string, sequence: number, note: string): Promise<boolean> {
    const folder = join(this.folder, key);
    const draft = join(folder, `draft-${randomUUID()}`);
    try {
      await writeSynced(draft, note, { mode: 0o600 });
      await link(draft, this.path(key, sequence));
      await this.sync(folder);
      this.settled.set(key, sequence);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Whoever linked it may have died, or failed, before it was there for ever; then nobody hears of it. */
  private async settle(key: string, sequence: number): Promise<void> {
    if (this.settled.get(key) === sequence) return;
    await this.sync(this.folder);
    await this.sync(join(this.folder, key));
    this.settled.set(key, sequence);
  }

  private async sequences(key: string): Promise<number[]> {
    const names = await readdir(join(this.folder, key)).catch(ifMissing);
    return (names ?? [])
      .filter((name) => /^\d{12}$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  private path(key: string, sequence: number): string {
    return join(this.folder, key, String(sequence).padStart(12, "0"));
  }
}

/** As readers name a log: the hex SHA-256 of its origin. */
export function originKey(origin: string): string {
  return createHash("sha256").update(origin).digest("hex");
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
