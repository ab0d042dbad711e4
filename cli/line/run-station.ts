import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Refusal } from "../import/row.ts";
import { note, plural, print, printable } from "../output.ts";
import { Journal, type NewScan, tooLongScan } from "./journal.ts";
import { fitsRecord } from "./journal-record.ts";
import { isRefusedRow, type ReadLine, readScans, type ScanInputOptions } from "./read-scans.ts";
import { isNotWritten, Sender } from "./sender.ts";
import {
  jsonDisplay,
  nothingShown,
  type Shown,
  type StationDisplay,
  terminalDisplay,
} from "./station-display.ts";
import { decodePieces } from "./text-lines.ts";

/** How a station reaches the gateway, and where it keeps its scans. */
export interface StationOptions extends ConnectionOptions {
  station: string;
  journal: string;
  /** How long to go on trying to send once the input has ended. */
  lingerMs: number;
}

/** A gateway that has not answered by then is as one that cannot be reached. */
const ANSWER_MS = 20_000;
/** Scans that are put on the disk together, when many come at once. */
const KEPT_TOGETHER = 1_000;

/** A journal, and what sends it. */
export interface OpenStation {
  journal: Journal;
  display: StationDisplay;
  sender: Sender;
}

/** Opens a journal, lets `work` add to it, and goes on until it is sent or need not be waited for. */
export async function withStation(
  options: StationOptions,
  signal: AbortSignal,
  work: (station: OpenStation) => Promise<void>,
): Promise<ExitCode> {
  const ask = async () => (await connect(options, ["line"], { answerMs: ANSWER_MS })).gateway;
  // A station without a token would find out at its first scan.
  await ask();
  const journal = await Journal.open(options.journal, options.station);
  try {
    if (journal.tornBytes > 0) note(tornNote(journal.tornBytes));
    const shown = nothingShown();
    const first = journal.lastSequence + 1;
    const display = options.json
      ? jsonDisplay(shown)
      : terminalDisplay(shown, (sequence) => sequence >= first);
    const sender = new Sender(journal, ask, display);
    await runTogether({ journal, display, sender }, signal, { options, work });
    display.end();
    tellEnd(options, journal, shown);
    if (journal.pendingCount > 0) return EXIT.UNREACHABLE;
    return shown.refused + shown.notScanned > 0 ? EXIT.REFUSED : EXIT.OK;
  } finally {
    await journal.close();
  }
}

/** Sends while `work` adds; the first failure of either ends both. */
async function runTogether(
  station: OpenStation,
  signal: AbortSignal,
  { options, work }: { options: StationOptions; work: (station: OpenStation) => Promise<void> },
): Promise<void> {
  const { sender } = station;
  let failure: unknown = null;
  const stop = new AbortController();
  const sending = sender.run().catch((error: unknown) => {
    failure ??= error;
    stop.abort();
  });
  // Whoever stops the station does not wait for a gateway that is away.
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  stop.signal.addEventListener("abort", () => process.stdin.destroy(), { once: true });
  await work(station).catch((error: unknown) => {
    // What was not kept is told before anything else.
    if (isNotWritten(error) || !stop.signal.aborted) failure = error;
  });
  sender.end(stop.signal.aborted || failure ? 0 : options.lingerMs);
  await sending;
  if (failure) throw failure;
}

/** `tracegraph line`: keeps each scan of standard input, and sends it. */
export function runStation(
  options: StationOptions & ScanInputOptions & { encoding: string },
  signal: AbortSignal,
): Promise<ExitCode> {
  return withStation(options, signal, async (station) => {
    station.sender.wake();
    const text = decodePieces(process.stdin as AsyncIterable<Buffer>, options.encoding);
    for await (const lines of readScans(text, options)) await keepLines(station, lines);
  });
}

async function keepLines({ journal, display, sender }: OpenStation, lines: readonly ReadLine[]) {
  const scans: NewScan[] = [];
  const readAt = new Date().toISOString();
  for (const { line, read } of lines) {
    const scan = isRefusedRow(read)
      ? read
      : refusedOrFit({ scannedAt: read.scannedAt ?? readAt, record: read.record });
    if ("reason" in scan) display.notScanned(line, scan);
    else scans.push(scan);
  }
  for (let from = 0; from < scans.length; from += KEPT_TOGETHER) {
    const together = scans.slice(from, from + KEPT_TOGETHER);
    const kept = await journal.keep(together).catch((error: unknown) => {
      throw error instanceof CliError ? notKept(error, scans.slice(from)) : error;
    });
    display.kept(kept, sender.isOnline);
    sender.wake();
  }
}

function refusedOrFit(scan: NewScan): NewScan | Refusal {
  if (fitsRecord(scan)) return scan;
  const { code, message } = tooLongScan(scan);
  return { code, field: null, reason: message };
}

/** Nobody must think that these were taken. */
function notKept(error: CliError, scans: readonly NewScan[]): CliError {
  const [first] = scans;
  const more = scans.length > 1 ? ` and ${scans.length - 1} after it` : "";
  const which = `${first?.record.serialNumber}${more}`;
  const message = `${error.message}; NOT KEPT: ${which}`;
  return new CliError(error.code, message, { ...error.details });
}

function tornNote(bytes: number): string {
  return `the journal ended in ${plural(bytes, "byte")} of a write that was broken off, and was not acknowledged: cut off`;
}

function tellEnd({ json, station }: StationOptions, journal: Journal, shown: Shown): void {
  const { kept, notScanned, accepted, refused } = shown;
  const pending = journal.pendingCount;
  if (json) {
    print(JSON.stringify({ event: "end", station, kept, notScanned, accepted, refused, pending }));
    return;
  }
  const lines = [
    `${station}: ${plural(kept, "scan")} kept`,
    `${accepted} accepted`,
    `${refused + notScanned} refused`,
  ];
  if (pending > 0) lines.push(`${pending} wait in ${journal.path}`);
  note(printable(lines.join(" · ")));
}
