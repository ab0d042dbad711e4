import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolderIfKnown } from "../durable-file.ts";
import { log } from "../log.ts";

/**
 * Which witnesses have cosigned a log, by their vkeys, in a file beside the log's key: a backup of the
 * database that is put back does not take it back. Without a file it is of this process alone.
 */
export class WitnessMemory {
  private readonly noted = new Set<string>();
  private isTold = false;

  constructor(private readonly path: string | null) {}

  async has(vkey: string): Promise<boolean> {
    if (this.noted.has(vkey) || this.path === null) return this.noted.has(vkey);
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return text.split("\n").includes(vkey);
  }

  /** Never rejects: where the file cannot be written, what the database knows must be enough. */
  async note(vkey: string): Promise<void> {
    if (this.noted.has(vkey)) return;
    this.noted.add(vkey);
    if (this.path === null) return;
    try {
      const file = await open(this.path, "a+", 0o600);
      try {
        const known = await file.readFile("utf8");
        if (known.split("\n").includes(vkey)) return;
        // Behind a line of its own, whatever a power cut has left of the last one.
        await file.writeFile(`${known === "" ? "" : "\n"}${vkey}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolderIfKnown(dirname(this.path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!this.isTold) log("WARN", "witnesses-not-noted", { file: this.path, reason: code });
      this.isTold = true;
    }
  }
}
