import { type NoteVerifier, parseNote } from "../ledger/note.ts";
import { LedgerFormatError } from "../ledger/strict-text.ts";

/** A key that the database names, with the entry that the log must have of it. */
export interface RecordedKey {
  verifier: NoteVerifier;
  entry: string;
}

/**
 * Whose signatures are believed, as a walk over a log goes on: the keys that were given to the audit,
 * and each key whose entry a believed one has signed. Who may write into the database can name a key
 * of his own there and enter it; what it signed before that is nobody's word.
 */
export class BelievedKeys {
  private readonly believed: Map<string, NoteVerifier>;
  private readonly byEntry: ReadonlyMap<string, NoteVerifier>;
  private readonly recorded: ReadonlySet<string>;
  private entered: NoteVerifier[] = [];

  /** Where none was given, what the log says of itself is compared with itself. */
  constructor(pinned: readonly NoteVerifier[], recorded: readonly RecordedKey[]) {
    const first = pinned.length > 0 ? pinned : recorded.map(({ verifier }) => verifier);
    this.believed = new Map(first.map((key) => [key.keyId, key]));
    this.byEntry = new Map(recorded.map(({ entry, verifier }) => [entry, verifier]));
    this.recorded = new Set(recorded.map(({ verifier }) => verifier.keyId));
  }

  get verifiers(): readonly NoteVerifier[] {
    return [...this.believed.values()];
  }

  /** An entry has its place in the log. */
  met(entry: string): void {
    const key = this.byEntry.get(entry);
    if (key) this.entered.push(key);
  }

  /** A checkpoint of a believed key holds, and is over all entries that were met. */
  signed(): void {
    for (const key of this.entered) {
      if (!this.believed.has(key.keyId)) this.believed.set(key.keyId, key);
    }
    this.entered = [];
  }

  /** The keys that signed a note, are recorded, and are not believed (yet). */
  strangersOf(note: string): string[] {
    try {
      const ids = parseNote(note).signatures.map(({ keyId }) => keyId);
      return ids.filter((id) => this.recorded.has(id) && !this.believed.has(id));
    } catch (error) {
      if (error instanceof LedgerFormatError) return [];
      throw error;
    }
  }
}
