import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";

/** What is kept beside a part of a file, so that it can be gone on with. */
export interface PartialState {
  exportId: string;
  etag: string;
  expectedRows: number;
}

/** A file that is not whole yet, under a name that says so. */
export class PartialFile {
  readonly path: string;
  private readonly statePath: string;

  constructor(file: string) {
    this.path = `${file}.partial`;
    this.statePath = `${file}.partial.json`;
  }

  async save(state: PartialState): Promise<void> {
    await writeFile(this.statePath, JSON.stringify(state), { mode: 0o600 });
  }

  /** null where nothing can be gone on with. */
  async state(): Promise<PartialState | null> {
    const text = await readFile(this.statePath, "utf8").catch(() => null);
    return text === null ? null : (JSON.parse(text) as PartialState);
  }

  async exists(): Promise<boolean> {
    return stat(this.path).then(
      () => true,
      () => false,
    );
  }

  /** What is there, and the hash of it, to be gone on with. */
  async begun(): Promise<{ bytes: number; hash: Hash; lines: number }> {
    const hash = createHash("sha256");
    let [bytes, lines] = [0, 0];
    if (await this.exists()) {
      for await (const piece of createReadStream(this.path) as AsyncIterable<Buffer>) {
        hash.update(piece);
        bytes += piece.length;
        lines += linesIn(piece);
      }
    }
    return { bytes, hash, lines };
  }

  async forget(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.statePath, { force: true });
  }

  /** Only the state: the file itself has got its own name. */
  async settle(): Promise<void> {
    await rm(this.statePath, { force: true });
  }
}

/** How many lines end in it. */
export function linesIn(piece: Uint8Array): number {
  let lines = 0;
  for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines++;
  return lines;
}
