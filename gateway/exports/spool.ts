import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { log } from "../../shared/log.ts";
import { EXPORTS } from "./limits.ts";

export interface SpoolOptions {
  folder: string;
  /** Of all files together. */
  bytesMost?: number;
  keptMs?: number;
}

/** The room for exports is used up. */
export class SpoolFull extends Error {
  override name = "SpoolFull";
}

const PART = ".part";
const WHOLE = ".data";

/**
 * The folder of exports that are being written, and of whole ones that may be taken again for a
 * while. Several processes share it: a file says by its name whether it is whole.
 */
export class Spool {
  private readonly folder: string;
  private readonly bytesMost: number;
  private readonly keptMs: number;
  /** Bytes of files that have no name any more, by their exports. */
  private readonly nameless = new Map<string, number>();
  private readonly sweeping: NodeJS.Timeout;

  constructor({ folder, bytesMost = EXPORTS.spoolBytes, keptMs = EXPORTS.keptMs }: SpoolOptions) {
    this.folder = folder;
    this.bytesMost = bytesMost;
    this.keptMs = keptMs;
    this.sweeping = setInterval(() => void this.sweep(), EXPORTS.sweepEveryMs).unref();
  }

  close(): void {
    clearInterval(this.sweeping);
  }

  /**
   * A new file, readable by its owner alone. One that is not kept loses its name at once, so that
   * nothing of it is left, however its writer ends.
   */
  async create(id: string, { isKept }: { isKept: boolean }): Promise<FileHandle> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.makeRoom(0);
    const path = this.path(id, PART);
    const file = await open(path, "wx+", 0o600);
    if (!isKept) {
      this.nameless.set(id, 0);
      await rm(path);
    }
    return file;
  }

  /** Is told how a file grows. Throws SpoolFull where there is no room for it. */
  async grown(id: string, bytes: number): Promise<void> {
    if (this.nameless.has(id)) this.nameless.set(id, bytes);
    await this.makeRoom(0);
  }

  /** From now on it may be read by whoever asks for it. */
  async keep(id: string): Promise<void> {
    await rename(this.path(id, PART), this.path(id, WHOLE));
  }

  async remove(id: string): Promise<void> {
    this.nameless.delete(id);
    await rm(this.path(id, PART), { force: true });
  }

  /** A whole file; null where it is no longer there, or not yet. */
  async read(id: string): Promise<FileHandle | null> {
    try {
      const file = await open(this.path(id, WHOLE), "r");
      const { mtimeMs } = await file.stat();
      if (Date.now() - mtimeMs < this.keptMs) return file;
      await file.close();
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** Whether somebody, in whichever process, is writing it now. */
  async isBeingWritten(id: string): Promise<boolean> {
    const found = await stat(this.path(id, PART)).catch(() => null);
    return found !== null && Date.now() - found.mtimeMs < EXPORTS.cutMs;
  }

  /** Removes what has been kept long enough, and what was cut. */
  async sweep(): Promise<void> {
    for (const { name, mtimeMs } of await this.files()) {
      const mostMs = name.endsWith(WHOLE) ? this.keptMs : EXPORTS.cutMs;
      if (Date.now() - mtimeMs >= mostMs) await rm(join(this.folder, name), { force: true });
    }
  }

  /** Whole files give way to what is being written, the oldest first. */
  private async makeRoom(more: number): Promise<void> {
    const files = await this.files();
    const nameless = [...this.nameless.values()].reduce((sum, bytes) => sum + bytes, 0);
    let bytes = files.reduce((sum, { size }) => sum + size, nameless + more);
    const whole = files.filter(({ name }) => name.endsWith(WHOLE));
    for (const { name, size } of whole.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (bytes <= this.bytesMost) return;
      await rm(join(this.folder, name), { force: true });
      log("WARN", "export-gave-way", { bytes: size });
      bytes -= size;
    }
    if (bytes > this.bytesMost) throw new SpoolFull(`exports fill ${this.bytesMost} bytes`);
  }

  private async files(): Promise<{ name: string; size: number; mtimeMs: number }[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    const ours = names.filter((name) => name.endsWith(PART) || name.endsWith(WHOLE));
    const found = await Promise.all(
      // Another process may have removed it meanwhile.
      ours.map(async (name) => ({
        name,
        stats: await stat(join(this.folder, name)).catch(() => null),
      })),
    );
    return found.flatMap(({ name, stats }) =>
      stats ? [{ name, size: stats.size, mtimeMs: stats.mtimeMs }] : [],
    );
  }

  private path(id: string, suffix: string): string {
    return join(this.folder, `${id}${suffix}`);
  }
}
