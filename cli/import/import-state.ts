import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { replaceFile } from "../../shared/durable-file.ts";
import { CliError } from "../cli-error.ts";
import type { InputFile } from "./input-file.ts";
import { NO_ROWS_YET, type SavedSummary } from "./summary.ts";

const SEED_BYTES = 32;
const FORMAT = 1;

/** What an import is of: only the very same one can be resumed. */
export interface ImportIdentity {
  sizeBytes: number;
  sha256: string;
  purpose: string;
  format: string;
  sheet: string | null;
  mapping: string | null;
  timeZone: string | null;
  batchSize: number;
  gateway: string;
  tenant: string | null;
  report: string | null;
  secrets: string | null;
}

/** How far an import came: whole batches, in the order of the file. */
export interface SavedProgress {
  /** Rows that are settled and told. */
  rows: number;
  /** How long the files are that tell them; 0 where they are not made yet. */
  reportBytes: number;
  secretsBytes: number;
  summary: SavedSummary;
}

interface SavedState {
  format: typeof FORMAT;
  run: string;
  seed: string;
  identity: ImportIdentity;
  progress: SavedProgress;
}

/** What is to be remembered, once what it tells of is on the disk itself. */
interface Due {
  progress: SavedProgress;
  sync(): Promise<void>;
}

/** The SHA-256 of a file, in hex. */
export async function hashOf(file: InputFile): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of file.bytes()) hash.update(piece);
  return hash.digest("hex");
}

/**
 * Remembers how far an import came, in a file beside its own that only its owner may read (secrets
 * follow from it), so that it goes on there after a crash. A file is written whole and then takes
 * the place of the one before.
 */
export class ImportState {
  readonly run: string;
  readonly seed: Buffer;
  /** How far an import came that was interrupted; null where this one begins. */
  readonly resumed: SavedProgress | null;
  readonly #path: string | null;
  readonly #saved: SavedState;
  #next: Due | null = null;
  #saving: Promise<void> | null = null;
  #failure: unknown = null;

  private constructor(path: string | null, saved: SavedState, { isResumed = false } = {}) {
    this.#path = path;
    this.#saved = saved;
    this.run = saved.run;
    this.seed = Buffer.from(saved.seed, "base64");
    this.resumed = isResumed ? saved.progress : null;
  }

  /** One that is forgotten with this process. */
  static unkept(): ImportState {
    return new ImportState(null, newState(NO_IDENTITY));
  }

  /** Takes up the import that was interrupted here, or begins one after `beforeFirst`. */
  static async open(
    path: string,
    identity: ImportIdentity,
    { restarts, beforeFirst }: { restarts: boolean; beforeFirst(): void },
  ): Promise<ImportState> {
    const known = restarts ? null : await readState(path);
    if (known) {
      assertSame(path, known, identity);
      return new ImportState(path, known, { isResumed: true });
    }
    beforeFirst();
    const state = new ImportState(path, newState(identity));
    // The seed is on the disk before anything follows from it.
    await state.#write(state.#saved);
    return state;
  }

  /**
   * Remembers how far it came, soon: while one state is written, only the last one of those that
   * come meanwhile follows.
   */
  save(due: Due): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#path === null) return;
    this.#next = due;
    this.#saving ??= this.#saveAll();
  }

  /** Resolves when everything is remembered that was to be. */
  async flush(): Promise<void> {
    await this.#saving;
    if (this.#failure !== null) throw this.#failure;
  }

  /** There is nothing to resume: the import is done, or was never begun. */
  async remove(): Promise<void> {
    await this.flush();
    if (this.#path !== null) await rm(this.#path, { force: true });
  }

  async #saveAll(): Promise<void> {
    try {
      while (this.#next) {
        const { progress, sync } = this.#next;
        this.#next = null;
        await sync();
        await this.#write({ ...this.#saved, progress });
      }
    } catch (failure) {
      this.#failure = failure;
    } finally {
      this.#saving = null;
    }
  }

  async #write(state: SavedState): Promise<void> {
    if (this.#path === null) return;
    // One name for all drafts: one that a kill leaves behind is the next one's.
    const options = { mode: 0o600, draft: `${this.#path}.new` };
    await replaceFile(this.#path, `${JSON.stringify(state)}\n`, options);
  }
}

const NO_IDENTITY: ImportIdentity = {
  ...{ sizeBytes: 0, sha256: "", purpose: "", format: "", sheet: null, mapping: null },
  ...{ timeZone: null, batchSize: 0, gateway: "", tenant: null, report: null, secrets: null },
};

function newState(identity: ImportIdentity): SavedState {
  const seed = randomBytes(SEED_BYTES).toString("base64");
  const progress = { rows: 0, reportBytes: 0, secretsBytes: 0, summary: NO_ROWS_YET };
  return { format: FORMAT, run: randomUUID(), seed, identity, progress };
}

async function readState(path: string): Promise<SavedState | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    const state = JSON.parse(text) as SavedState;
    if (state.format === FORMAT && typeof state.identity === "object") return state;
  } catch {
    // said below
  }
  throw new CliError("IMPORT_DIFFERS", `${path} is no state of an import that this version knows`);
}

/** What makes another import of it, in people's words. */
const MEMBERS: Readonly<Record<keyof ImportIdentity, string>> = {
  sizeBytes: "the file's content",
  sha256: "the file's content",
  purpose: "the command",
  format: "--format",
  sheet: "--sheet",
  mapping: "the mapping",
  timeZone: "--time-zone",
  batchSize: "--batch-size",
  gateway: "the gateway",
  tenant: "the tenant",
  report: "--report",
  secrets: "--secrets",
};

function assertSame(path: string, { identity, progress }: SavedState, now: ImportIdentity): void {
  const members = (Object.keys(MEMBERS) as (keyof ImportIdentity)[]).filter(
    (member) => identity[member] !== now[member],
  );
  if (members.length === 0) return;
  const names = [...new Set(members.map((member) => MEMBERS[member]))].join(", ");
  throw new CliError(
    "IMPORT_DIFFERS",
    `an import was interrupted after ${progress.rows} rows (${path}), and this one differs in ${names}`,
  );
}
