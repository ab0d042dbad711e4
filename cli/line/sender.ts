import { setTimeout as wait } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { recordScans, SCANS_AT_ONCE, type ScanVerdict } from "./gateway-scans.ts";
import type { Journal } from "./journal.ts";
import type { JournalScan, JournalVerdict } from "./journal-record.ts";

/** Told as it happens. */
export interface SenderEvents {
  judged(verdicts: readonly ScanVerdict[]): void;
  offline(reason: CliError): void;
  online(): void;
  /** How far this machine's clock is ahead of the gateway's. */
  skewed(aheadMs: number): void;
}

/** Waits after each try that failed, the last one for all further ones. */
const BACK_OFF_MS = [50, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** More apart than this, clocks differ by more than the way between them takes. */
const SKEW_MS = 60_000;
/** With these the gateway does not take the journal as it is: somebody must look at it. */
const FINAL = ["STATION_NAME_TAKEN", "SCAN_SEQUENCE_REUSED", "SCAN_SEQUENCE_AHEAD"] as const;
/** The gateway takes the other scans: so a scan that it cannot read must not stand in their way. */
const UNREADABLE = [
  "BAD_USER_INPUT",
  "BODY_TOO_LARGE",
  "BATCH_TOO_LARGE",
  "VARIABLES_TOO_DEEP",
  "VARIABLE_LIST_TOO_LONG",
  "VARIABLE_TEXT_TOO_LONG",
];

/** More of a gateway's words than this are no message. */
const TOLD_CHARACTERS = 4_000;

/** Whether the journal itself failed: what was to be written is not there. */
export function isNotWritten(error: unknown): boolean {
  const codes: readonly string[] = ["JOURNAL_NOT_WRITABLE", "JOURNAL_IN_USE"];
  return error instanceof CliError && codes.includes(error.code);
}

/** Sends what a journal holds, in its order, whenever the gateway can be reached. */
export class Sender {
  isOnline = true;
  #atOnce = SCANS_AT_ONCE;
  #failures = 0;
  #aheadMs = 0;
  #gateway: GatewayClient | null = null;
  /** Nothing more comes. */
  #isEnding = false;
  #wake: () => void = () => undefined;
  /** Whatever is not sent by then stays in the journal. */
  readonly #end = new AbortController();

  constructor(
    private readonly journal: Journal,
    private readonly connect: () => Promise<GatewayClient>,
    private readonly events: SenderEvents,
  ) {}

  /** Says that there is more in the journal. */
  wake(): void {
    this.#wake();
  }

  /** Nothing more comes: ends when all is sent, or has not been for so long. */
  end(lingerMs: number): void {
    this.#isEnding = true;
    if (lingerMs === 0) this.#end.abort();
    else setTimeout(() => this.#end.abort(), lingerMs).unref();
    this.#wake();
  }

  /** Runs until it is ended. Throws where the gateway does not take this journal. */
  async run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const { scans, next } = await this.journal.pending(this.#atOnce);
      if (scans.length > 0) {
        if (!(await this.#send(scans, next))) await this.#backOff();
      } else if (this.#isEnding) return;
      else await this.#more();
    }
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // What came before there was anybody to wake.
      if (this.journal.pendingCount > 0 || this.#isEnding) resolve();
    });
  }

  async #backOff(): Promise<void> {
    const least = BACK_OFF_MS[Math.min(this.#failures, BACK_OFF_MS.length) - 1] ?? 0;
    const jitter = 1 + Math.random() / 5;
    const { signal } = this.#end;
    await wait(least * jitter, undefined, { signal }).catch(() => undefined);
  }

  /** Answers whether the way is free for the next scans. */
  async #send(scans: readonly JournalScan[], next: number): Promise<boolean> {
    try {
      this.#gateway ??= await this.connect();
      const sentAt = Date.now();
      const { verdicts, receivedAt } = await recordScans(this.#gateway, this.journal.head, {
        scans,
        signal: this.#end.signal,
      });
      this.#noteSkew((sentAt + Date.now()) / 2 - Date.parse(receivedAt));
      this.#atOnce = SCANS_AT_ONCE;
      await this.#settle(verdicts, { scans, next });
      if (!this.isOnline) this.events.online();
      this.isOnline = true;
      this.#failures = 0;
      return true;
    } catch (error) {
      if (!(error instanceof CliError) || this.#isFinal(error)) throw error;
      if (this.#end.signal.aborted) return false;
      if (UNREADABLE.includes(error.code)) return this.#setAside(scans, next, error);
      // The next try may have a new token.
      this.#gateway = null;
      this.#failures += 1;
      // One failure alone may be a connection that had been closed for want of use.
      if (this.isOnline && this.#failures > 1) this.events.offline(error);
      this.isOnline &&= this.#failures <= 1;
      return false;
    }
  }

  #isFinal(error: CliError): boolean {
    return isNotWritten(error) || FINAL.some((code) => code === error.code);
  }

  async #settle(
    verdicts: readonly ScanVerdict[],
    { scans, next }: { scans: readonly JournalScan[]; next: number },
  ): Promise<void> {
    const asked = scans.map(({ sequence }) => sequence).join();
    if (verdicts.map(({ sequence }) => sequence).join() !== asked) {
      throw new CliError("GATEWAY_ANSWER", "the gateway gave verdicts on other scans");
    }
    const notKept = verdicts.find(({ arrival }) => arrival === "NOT_KEPT");
    if (notKept) {
      const code = FINAL.find((final) => final === notKept.code) ?? "SCAN_SEQUENCE_REUSED";
      throw new CliError(code, notKept.message ?? "not kept");
    }
    await this.journal.settle(verdicts.map(asKept), next);
    this.events.judged(verdicts);
  }

  /** A scan that the gateway cannot read is found by halves, and refused here. */
  async #setAside(scans: readonly JournalScan[], next: number, why: CliError): Promise<boolean> {
    const [first] = scans;
    if (scans.length > 1 || !first) {
      this.#atOnce = Math.ceil(scans.length / 2);
      return true;
    }
    const verdict: ScanVerdict = {
      kind: "verdict",
      sequence: first.sequence,
      serialNumber: first.record.serialNumber,
      outcome: "REFUSED",
      arrival: "NOT_KEPT",
      revision: null,
      code: why.code,
      message: why.message,
      field: null,
      receivedAt: new Date().toISOString(),
    };
    await this.journal.settle([asKept(verdict)], next);
    this.events.judged([verdict]);
    this.#atOnce = SCANS_AT_ONCE;
    return true;
  }

  #noteSkew(aheadMs: number): void {
    const isNews = Math.abs(aheadMs - this.#aheadMs) > SKEW_MS;
    if (!isNews) return;
    this.#aheadMs = aheadMs;
    this.events.skewed(aheadMs);
  }
}

/** The journal has the serial number in the scan, and a verdict must be short enough to be read. */
function asKept({ serialNumber: _, ...verdict }: ScanVerdict): JournalVerdict {
  const { message, field } = verdict;
  const short = (text: string | null) => text?.slice(0, TOLD_CHARACTERS) ?? null;
  return { ...verdict, message: short(message), field: short(field) };
}
