import {
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from "../shared/ledger/checkpoint.ts";
import { cosign, type WitnessSigner } from "../shared/ledger/cosignature.ts";
import { parseNote, signatureLine } from "../shared/ledger/note.ts";
import { LedgerFormatError } from "../shared/ledger/strict-text.ts";
import { parseWitnessRequest, type WitnessRequest } from "../shared/ledger/witness-request.ts";
import { log } from "../shared/log.ts";
import type { KeptCheckpoint, SeenCheckpoints } from "./seen-checkpoints.ts";
import type { TrustedLogs } from "./trusted-logs.ts";
import { contradicts, judge, type Refusal } from "./witness.ts";

/** What a request is answered with. */
export interface WitnessAnswer {
  status: number;
  body: string;
  contentType?: string;
}

export interface WitnessParts {
  signer: WitnessSigner;
  trusted: TrustedLogs;
  seen: SeenCheckpoints;
  /** Unix seconds. */
  now?: () => bigint;
}

/**
 * Cosigns what logs say of themselves, as long as each says only what goes on from what it said
 * before (c2sp.org/tlog-witness). What it cosigns it keeps first: a cosignature that has left is of
 * the last checkpoint, or of one before it.
 */
export class Witness {
  private readonly now: () => bigint;

  constructor(private readonly parts: WitnessParts) {
    this.now = parts.now ?? (() => BigInt(Math.floor(Date.now() / 1_000)));
  }

  get verifierKey(): string {
    return this.parts.signer.verifierKey;
  }

  /** Answers `POST /add-checkpoint`. Rejects, and has signed nothing, where it cannot keep anything. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    let asked: WitnessRequest;
    let origin: string;
    try {
      asked = parseWitnessRequest(body);
      ({ origin } = parseCheckpoint(parseNote(asked.checkpoint).text));
    } catch (error) {
      return { status: 400, body: `${faultOf(error).message}\n` };
    }
    const logs = (await this.parts.trusted.read()).get(origin);
    if (!logs) return { status: 404, body: "no log of this origin is known here\n" };
    let opened: OpenedCheckpoint;
    try {
      opened = openCheckpoint(asked.checkpoint, { logs });
    } catch (error) {
      return { status: 403, body: `${faultOf(error).message}\n` };
    }
    return this.judged(asked, opened);
  }

  /** Answers `GET /<key>/checkpoint`: the last checkpoint of that log that was cosigned here. */
  async checkpoint(key: string): Promise<WitnessAnswer> {
    const last = await this.parts.seen.lastOf(key);
    return last ? { status: 200, body: last.note } : { status: 404, body: "not seen here\n" };
  }

  private async judged(asked: WitnessRequest, opened: OpenedCheckpoint): Promise<WitnessAnswer> {
    const { checkpoint } = opened;
    const { origin } = checkpoint;
    // A second look where another request came in between: then it is told the size that counts now.
    for (;;) {
      const last = await this.parts.seen.last(origin);
      const seen = last && parseCheckpoint(parseNote(last.note).text);
      if (last && contradicts(checkpoint, seen)) await this.tellFork(opened, last);
      const refusal = judge({ ...asked, checkpoint }, seen);
      if (refusal) return refused(refusal, origin);
      const line = cosign(opened.text, this.now(), this.parts.signer);
      // Nothing new to keep: this tree was cosigned before.
      if (seen && seen.size === checkpoint.size) return { status: 200, body: line };
      const ofLog = opened.signatures.map(signatureLine).join("");
      const note = `${opened.text}\n${ofLog}${line}`;
      if (await this.parts.seen.keepAfter(last, origin, note)) return { status: 200, body: line };
    }
  }

  /** The log's own key has signed both: they are kept, as evidence for whoever trusts the log. */
  private async tellFork({ text, signatures, checkpoint }: OpenedCheckpoint, last: KeptCheckpoint) {
    const { origin, size } = checkpoint;
    log("ERROR", "log-is-forked", { origin, size: `${size}` });
    const note = `${text}\n${signatures.map(signatureLine).join("")}`;
    await this.parts.seen.keepEvidence(origin, [last.note, note]);
  }
}

function refused(refusal: Refusal, origin: string): WitnessAnswer {
  const { status, reason } = refusal;
  log("WARN", "checkpoint-refused", { origin, status, reason });
  if (refusal.status === 409) {
    return { status, body: `${refusal.size}\n`, contentType: "text/x.tlog.size" };
  }
  return { status, body: `${reason}\n` };
}

/** What came from outside and is not what its format says; everything else is a fault. */
function faultOf(error: unknown): LedgerFormatError {
  if (error instanceof LedgerFormatError) return error;
  throw error;
}
