import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolderIfKnown } from "../../shared/durable-file.ts";
import { CliError } from "../cli-error.ts";
import { notReadable } from "../read-text.ts";
import { type JournalLock, lockJournal } from "./journal-lock.ts";
import {
  encodeLine,
  fitsRecord,
  type JournalHead,
  type JournalRecord,
  type JournalScan,
  type JournalVerdict,
  RECORD_BYTES_MOST,
} from "./journal-record.ts";
import { findStanding, type Standing } from "./journal-standing.ts";
import { brokenJournal, readJournal } from "./read-journal.ts";

/** Scans that are read together, however few they are: each may be as long as a record. */
const PENDING_BYTES = 4_194_304;

/** A scan that is to be kept: its number is the journal's affair. */
export type NewScan = Omit<JournalScan, "kind" | "sequence">;

/** What a new journal begins with. */
interface Beginning {
  id: string;
  firstSequence: number;
}

/**
 * The scans of one station on the disk, each with its number, and what was said of them. Only ever
 * added to. Whoever gets an answer of `keep` knows that the scans outlast a power cut.
 */
export class Journal {
  /** How much of the file is on the disk for certain. Nothing beyond is sent to anybody. */
  #durable: number;
  /** What is written next waits for what is being written. */
  #turn: Promise<unknown> = Promise.resolve();
  #failure: CliError | null = null;

  private constructor(
    readonly path: string,
    readonly head: JournalHead,
    /** Bytes of a torn end that were cut off when it was opened. */
    readonly tornBytes: number,
    private readonly handle: FileHandle,
    private readonly lock: JournalLock,
    private readonly standing: Standing,
  ) {
    this.#durable = standing.end;
  }

  /** Opens the journal of this station, or makes it where there is none. */
  static async open(
    path: string,
    station: string,
    beginning: Beginning = { id: randomBytes(16).toString("hex"), firstSequence: 1 },
  ): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, "a+", 0o600)
      .then(async (made) => {
        await made.close();
        return open(path, "r+");
      })
      .catch((error: NodeJS.ErrnoException) => {
        throw notWritable(path, error);
      });
    let lock: JournalLock | null = null;
    try {
      lock = await lockJournal(path, handle).catch((error: NodeJS.ErrnoException) => {
        throw error instanceof CliError ? error : notWritable(path, error);
      });
      return await Journal.#begin(path, { handle, lock, station, beginning });
    } catch (error) {
      await lock?.release();
      await handle.close();
      throw error;
    }
  }

  static async #begin(
    path: string,
    opened: { handle: FileHandle; lock: JournalLock; station: string; beginning: Beginning },
  ): Promise<Journal> {
    const { handle, lock, station, beginning } = opened;
    const { id, firstSequence } = beginning;
    const { head, standing, tornBytes } = await findStanding(path, handle);
    if (tornBytes > 0) await cut(path, handle, standing.end);
    if (head && head.station !== station) {
      throw new CliError("USAGE", `${path} is the journal of the station ${head.station}`);
    }
    const made: JournalHead = head ?? {
      kind: "journal",
      format: 1,
      journal: id,
      station,
      firstSequence,
      madeAt: new Date().toISOString(),
    };
    const journal = new Journal(path, made, tornBytes, handle, lock, standing);
    if (!head) {
      await journal.#append([made], true);
      // A file is there after a power cut only once its folder is on the disk too.
      await syncFolderIfKnown(dirname(path)).catch((error: NodeJS.ErrnoException) => {
        throw notWritable(path, error);
      });
      standing.lastSequence = standing.judgedSequence = firstSequence - 1;
      standing.pendingFrom = standing.end;
    }
    return journal;
  }

  get lastSequence(): number {
    return this.standing.lastSequence;
  }

  get judgedSequence(): number {
    return this.standing.judgedSequence;
  }

  /** Scans that nobody has judged yet. */
  get pendingCount(): number {
    return this.lastSequence - this.judgedSequence;
  }

  /**
   * Puts scans on the disk, with their numbers. Throws JOURNAL_NOT_WRITABLE, JOURNAL_IN_USE or, where
   * one could not be read again, FIELD_TOO_LARGE; and then none is kept.
   */
  keep(scans: readonly NewScan[]): Promise<JournalScan[]> {
    return this.#inTurn(async () => {
      const tooLong = scans.find((scan) => !fitsRecord(scan));
      if (tooLong) throw tooLongScan(tooLong);
      const kept = scans.map((scan, index): JournalScan => {
        return { kind: "scan", sequence: this.lastSequence + index + 1, ...scan };
      });
      await this.#append(kept, true);
      this.standing.lastSequence += kept.length;
      return kept;
    });
  }

  /** Notes what was said of the scans that were pending first, and are not any more. */
  settle(verdicts: readonly JournalVerdict[], pendingFrom: number): Promise<void> {
    return this.#inTurn(async () => {
      // Not waited for: a verdict that is lost is asked for again.
      await this.#append(verdicts, false);
      this.standing.judgedSequence = verdicts.at(-1)?.sequence ?? this.judgedSequence;
      this.standing.pendingFrom = pendingFrom;
    });
  }

  /** The first of those scans that are on the disk and not judged, and where the next one is. */
  async pending(most: number): Promise<{ scans: JournalScan[]; next: number }> {
    const scans: JournalScan[] = [];
    let next = this.standing.pendingFrom;
    let bytes = 0;
    const isAny = this.pendingCount > 0;
    const range = { from: next, to: this.#durable };
    for await (const { record, start, end } of readJournal(this.path, this.handle, range)) {
      if (record.kind === "scan" && record.sequence > this.judgedSequence) {
        scans.push(record);
        bytes += end - start;
      }
      next = end;
      if (scans.length === most || bytes >= PENDING_BYTES) break;
    }
    // Whoever waits for them would ask again at once, and for ever.
    if (isAny && scans.length === 0) throw brokenJournal(this.path, next);
    return { scans, next };
  }

  /** Every record, from the first one on. */
  async *records(): AsyncGenerator<JournalRecord> {
    const range = { to: this.#durable };
    for await (const { record } of readJournal(this.path, this.handle, range)) yield record;
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.handle.close();
    await this.lock.release();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => {
      if (this.#failure) throw this.#failure;
      return work();
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Where the lock does not reach, as on a disk of several machines, the file still tells. */
  async #assertAlone(): Promise<void> {
    const { size } = await this.handle.stat().catch((error: NodeJS.ErrnoException) => {
      throw notWritable(this.path, error);
    });
    if (size === this.standing.end) return;
    this.#failure = new CliError("JOURNAL_IN_USE", `another process has written to ${this.path}`);
    throw this.#failure;
  }

  async #append(records: readonly JournalRecord[], isDurable: boolean): Promise<void> {
    const durableBytes = this.#durable;
    const bytes = Buffer.concat(records.map((record) => encodeLine({ record, durableBytes })));
    await this.#assertAlone();
    try {
      await writeAll(this.handle, bytes, this.standing.end);
      if (isDurable) await this.handle.datasync();
    } catch (error) {
      // What is half written is no record, and must not stand before one.
      await this.handle.truncate(this.standing.end).catch(() => undefined);
      this.#failure = notWritable(this.path, error as NodeJS.ErrnoException);
      throw this.#failure;
    }
    this.standing.end += bytes.length;
    if (isDurable) this.#durable = this.standing.end;
  }
}

/** As the refusal of a line that makes such a scan. */
export function tooLongScan({ record }: NewScan): CliError {
  const most = `more than ${RECORD_BYTES_MOST.toLocaleString("en")} bytes`;
  return new CliError("FIELD_TOO_LARGE", `the scan of ${record.serialNumber} has ${most}`, {
    advice: "Shorten its custom fields.",
  });
}

async function cut(path: string, handle: FileHandle, end: number): Promise<void> {
  try {
    await handle.truncate(end);
    await handle.datasync();
  } catch (error) {
    throw notWritable(path, error as NodeJS.ErrnoException);
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const rest = bytes.length - written;
    const { bytesWritten } = await handle.write(bytes, written, rest, position + written);
    // A disk with room for a part takes that part, and refuses the rest.
    if (bytesWritten === 0) throw Object.assign(new Error("disk full"), { code: "ENOSPC" });
    written += bytesWritten;
  }
}

function notWritable(path: string, error: NodeJS.ErrnoException): CliError {
  const reasons: Record<string, string> = {
    ENOSPC: "the disk is full",
    EDQUOT: "its owner's part of the disk is full",
    EFBIG: "the file may not become larger",
    EIO: "the disk failed",
    EROFS: "the disk is read-only",
    EACCES: "no permission",
    EISDIR: "it is a folder",
  };
  if (error.code === undefined) throw error;
  if (error.code === "ENOENT") return notReadable(path, error);
  const reason = reasons[error.code] ?? error.code;
  return new CliError("JOURNAL_NOT_WRITABLE", `cannot write ${path}: ${reason}`);
}
