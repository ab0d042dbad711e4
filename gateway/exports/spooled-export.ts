import { EventEmitter, once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import type { ExportBody, ExportEnd } from "../../shared/graph/subgraph-service.ts";
import { EXPORTS } from "./limits.ts";
import type { Spool } from "./spool.ts";

export interface SpoolingOptions {
  id: string;
  spool: Spool;
  /** Is called once all bytes are on the disk: only then it is whole. May reject. */
  finish: (end: ExportEnd) => Promise<void>;
}

/**
 * An export on its way into a file, as fast as its rows come, while its reader follows behind as fast
 * as he can: he does not keep the database waiting.
 */
export class SpooledExport {
  private readonly moved = new EventEmitter();
  private bytes = 0;
  private hasReader = true;
  private isWriting = true;
  private failure: unknown = null;
  private isClosed = false;
  /** Resolves when it is whole; rejects where it never will be. */
  readonly end: Promise<ExportEnd>;

  private constructor(
    private readonly source: ExportBody,
    private readonly file: FileHandle,
    private readonly options: SpoolingOptions,
  ) {
    this.end = this.write();
    this.end.catch(() => undefined);
  }

  static async begin(source: ExportBody, options: SpoolingOptions): Promise<SpooledExport> {
    try {
      const file = await options.spool.create(options.id, source);
      return new SpooledExport(source, file, options);
    } catch (error) {
      source.body.destroy();
      throw error;
    }
  }

  /**
   * Its bytes from the first one on, those too that are still to come, for its one reader. Each piece
   * is valid until the next one is asked for. Throws where it fails.
   */
  async *follow(): AsyncGenerator<Buffer> {
    const room = Buffer.allocUnsafe(EXPORTS.readBytes);
    try {
      for (let at = 0; ; ) {
        if (at < this.bytes) {
          const size = Math.min(room.length, this.bytes - at);
          const { bytesRead } = await this.file.read(room, 0, size, at);
          if (bytesRead === 0) throw new Error("an export's file has lost its bytes");
          at += bytesRead;
          yield room.subarray(0, bytesRead);
        } else if (this.failure !== null) throw this.failure;
        else if (!this.isWriting) return;
        else await once(this.moved, "moved");
      }
    } finally {
      await this.leave();
    }
  }

  /** Nobody follows it, or not any more: what may not be kept ends here. */
  async leave(): Promise<void> {
    this.hasReader = false;
    if (this.isWriting && !this.source.isKept) this.abort();
    await this.closeUnused();
  }

  /** Ends it before its time: whoever follows is cut. */
  abort(): void {
    if (this.isWriting) this.source.body.destroy(new Error("the export was given up"));
  }

  private async write(): Promise<ExportEnd> {
    const { id, spool, finish } = this.options;
    try {
      let checked = 0;
      for await (const piece of this.source.body as AsyncIterable<Buffer>) {
        await writeAll(this.file, piece, this.bytes);
        this.bytes += piece.length;
        this.moved.emit("moved");
        if (this.bytes - checked < EXPORTS.roomEveryBytes) continue;
        checked = this.bytes;
        await spool.grown(id, this.bytes);
      }
      const end = await this.source.end;
      await spool.grown(id, this.bytes);
      if (end.bytes !== this.bytes) throw new Error("an export's file lacks bytes");
      if (this.source.isKept) await this.file.datasync();
      await finish(end);
      if (this.source.isKept) await spool.keep(id);
      return end;
    } catch (error) {
      this.failure = error ?? new Error("the export failed");
      this.source.body.destroy();
      throw error;
    } finally {
      this.isWriting = false;
      // Of what is kept only the part is left over where it failed.
      if (!this.source.isKept || this.failure !== null) await spool.remove(id);
      this.moved.emit("moved");
      await this.closeUnused();
    }
  }

  private async closeUnused(): Promise<void> {
    if (this.hasReader || this.isWriting || this.isClosed) return;
    this.isClosed = true;
    await this.file.close();
  }
}

async function writeAll(file: FileHandle, piece: Buffer, position: number): Promise<void> {
  for (let written = 0; written < piece.length; ) {
    const left = piece.length - written;
    const { bytesWritten } = await file.write(piece, written, left, position + written);
    written += bytesWritten;
  }
}
