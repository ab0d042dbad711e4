import { timeOfCosignature } from "../ledger/cosignature.ts";
import type { Hash } from "../ledger/merkle.ts";
import { type NoteVerifier, openNote } from "../ledger/note.ts";
import { LedgerFormatError } from "../ledger/strict-text.ts";
import type { CosignatureRow } from "./audited-log.store.ts";
import type { Findings } from "./findings.ts";

/** The tree that a witness has seen last; size 0 and no root where it says that it has seen none. */
export interface SeenTree {
  witness: string;
  size: number;
  root: Hash | null;
}

/** Whose cosignatures an audit believes, and how many there must be. */
export interface WitnessRule {
  verifiers: readonly NoteVerifier[];
  /** Whether these witnesses, by their keys' names, are enough; null: nobody need cosign. */
  isEnough: ((names: ReadonlySet<string>) => boolean) | null;
  /** How old a checkpoint is before it must be cosigned, and a cosignature before it must be known. */
  graceSeconds: number;
}

/** Compares the cosignatures of a log with what they are of, and with what the witnesses say now. */
export class CosignatureWalk {
  held = 0;
  /** The largest tree that enough witnesses have cosigned. */
  private witnessedSize = 0;
  /** The largest tree that each witness has cosigned, long enough ago. */
  private readonly cosigned = new Map<string, number>();
  private readonly until: number;

  constructor(
    private readonly rule: WitnessRule,
    private readonly findings: Findings,
  ) {
    this.until = Date.now() / 1_000 - rule.graceSeconds;
  }

  /** `text` is the signed checkpoint of so many entries; sizes come in their order. */
  compare(size: number, text: string, rows: readonly CosignatureRow[]): void {
    const names = new Set<string>();
    for (const { witness, line } of rows) {
      const verifier = this.rule.verifiers.find(({ name }) => name === witness);
      if (!verifier) continue;
      try {
        const [signed] = openNote(`${text}\n${line}`, [verifier]).signatures;
        this.held += 1;
        names.add(witness);
        const isOld = signed && Number(timeOfCosignature(signed.signature)) <= this.until;
        if (isOld) this.cosigned.set(witness, size);
      } catch (error) {
        if (!(error instanceof LedgerFormatError)) throw error;
        const detail = `${witness} on ${size} entries: ${error.message}`;
        this.findings.add("COSIGNATURE_WRONG", detail);
      }
    }
    if (names.size > 0 && this.rule.isEnough?.(names)) this.witnessedSize = size;
  }

  /** `due` is the newest checkpoint that must be cosigned by now; `seen` what the witnesses say. */
  finish(due: number | null, seen: readonly SeenTree[]): void {
    const { rule, witnessedSize, findings } = this;
    if (rule.isEnough !== null && due !== null && witnessedSize < due) {
      const last = witnessedSize === 0 ? "nothing" : `${witnessedSize} entries, and nothing larger`;
      // Without what grows meanwhile: the same silence is told to people once.
      const detail = `enough witnesses have cosigned ${last} that is older than ${rule.graceSeconds} s`;
      findings.add("COSIGNATURE_MISSING", detail);
    }
    for (const { witness, size } of seen) {
      const cosigned = this.cosigned.get(witness) ?? 0;
      if (size >= cosigned) continue;
      const detail = `${witness} says that it has seen ${size} entries, and has cosigned ${cosigned}`;
      findings.add("WITNESS_FORGOT", detail);
    }
  }
}
