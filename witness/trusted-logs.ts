import { readFile, stat } from "node:fs/promises";
import { type NoteVerifier, noteVerifier, parseVerifierKey } from "../shared/ledger/note.ts";
import { log } from "../shared/log.ts";
import { WITNESS_LIMITS } from "./limits.ts";

/** The keys of the logs that a witness watches, by origin: while a key is exchanged a log has two. */
export type TrustedLogKeys = ReadonlyMap<string, readonly NoteVerifier[]>;

/**
 * Reads a file of log keys: a vkey a line, or `log <vkey> [url]` as a policy has it; `#` begins a
 * comment, and a policy's other lines are of no concern here. Fails naming the line.
 */
export function trustedLogKeysIn(text: string): TrustedLogKeys {
  const keys = new Map<string, NoteVerifier[]>();
  for (const [index, line] of text.split("\n").entries()) {
    const words = line.trim().split(/[ \t]+/);
    const [first = "", second = ""] = words;
    if (first === "" || first.startsWith("#")) continue;
    if (["witness", "group", "quorum"].includes(first)) continue;
    const vkey = first === "log" ? second : first;
    const verifier = verifierOf(vkey, index + 1);
    const known = keys.get(verifier.name) ?? [];
    if (known.every(({ keyId }) => keyId !== verifier.keyId)) known.push(verifier);
    keys.set(verifier.name, known);
  }
  return keys;
}

function verifierOf(vkey: string, line: number): NoteVerifier {
  try {
    return noteVerifier(parseVerifierKey(vkey));
  } catch (error) {
    throw new Error(`line ${line} is no key of a log: ${(error as Error).message}`);
  }
}

/** Follows a file of log keys: a key that is added, or taken out, counts from then on. */
export class TrustedLogs {
  private keys: TrustedLogKeys = new Map();
  private changed = "";

  constructor(private readonly path: string) {}

  /** Reads the file where it has changed. What was read first must be right; later the last right one counts. */
  async read(): Promise<TrustedLogKeys> {
    const { mtimeMs, size } = await stat(this.path);
    const changed = `${mtimeMs} ${size}`;
    if (changed === this.changed) return this.keys;
    const isFirst = this.changed === "";
    try {
      if (size > WITNESS_LIMITS.trustFileBytes) throw new Error(`${this.path} is too large`);
      this.keys = trustedLogKeysIn(await readFile(this.path, "utf8"));
    } catch (error) {
      if (isFirst) throw error;
      log("ERROR", "witness-trust-unreadable", { reason: String(error) });
    }
    this.changed = changed;
    return this.keys;
  }
}
