import { createHash } from "node:crypto";
import { type Checkpoint, parseCheckpoint } from "../ledger/checkpoint.ts";
import { verifierOf } from "../ledger/cosignature.ts";
import { type NoteVerifier, openNote, parseNote, signatureLine } from "../ledger/note.ts";
import { parseDecimal } from "../ledger/strict-text.ts";
import { encodeWitnessRequest, type WitnessRequest } from "../ledger/witness-request.ts";
import type { WitnessAddress } from "./witness-addresses.ts";

const LIMITS = {
  answerMs: 4_000,
  answerBytes: 64 * 1024,
} as const;

/** What a witness says to a checkpoint. */
export type WitnessSays =
  | { kind: "COSIGNED"; line: string }
  /** It has cosigned another size last. */
  | { kind: "OTHER_SIZE"; size: bigint }
  | { kind: "REFUSED"; status: number; reason: string };

/** Asks one witness, as c2sp.org/tlog-witness says. Rejects where it does not answer as one. */
export class WitnessClient {
  private readonly verifier: NoteVerifier;

  constructor(readonly address: WitnessAddress) {
    this.verifier = verifierOf(address.vkey);
  }

  get name(): string {
    return this.address.name;
  }

  /** Gives it a checkpoint. What it signs is believed only where its key, as configured, has signed it. */
  async add(request: WitnessRequest): Promise<WitnessSays> {
    const body = encodeWitnessRequest(request);
    const { status, text } = await this.ask("/add-checkpoint", { method: "POST", body });
    if (status === 409) return { kind: "OTHER_SIZE", size: parseDecimal(text.trim(), "the size") };
    if (status !== 200) return { kind: "REFUSED", status, reason: text.slice(0, 200).trim() };
    const note = `${parseNote(request.checkpoint).text}\n${text}`;
    const [ours] = openNote(note, [this.verifier]).signatures;
    if (!ours) throw new Error(`${this.name} answered without a cosignature`);
    return { kind: "COSIGNED", line: signatureLine(ours) };
  }

  /** The last checkpoint of this log that it has cosigned; null where it has seen none. */
  async lastCheckpoint(origin: string): Promise<Checkpoint | null> {
    const key = createHash("sha256").update(origin).digest("hex");
    const { status, text } = await this.ask(`/${key}/checkpoint`, {});
    if (status === 404) return null;
    if (status !== 200) throw new Error(`${this.name} answered ${status}`);
    const checkpoint = parseCheckpoint(openNote(text, [this.verifier]).text);
    if (checkpoint.origin === origin) return checkpoint;
    throw new Error(`${this.name} told of ${checkpoint.origin} where ${origin} was asked for`);
  }

  private async ask(path: string, init: RequestInit): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.address.url}${path}`, {
      ...init,
      redirect: "error",
      signal: AbortSignal.timeout(LIMITS.answerMs),
    });
    return { status: response.status, text: await limitedText(response) };
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LIMITS.answerBytes) throw new Error("a witness answered too much");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
