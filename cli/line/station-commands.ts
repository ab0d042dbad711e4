import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect } from "../connection.ts";
import { note, print, printable, printJson, table } from "../output.ts";
import { type HeldStation, handOverStation, readStations } from "./gateway-scans.ts";
import { Journal } from "./journal.ts";
import { type JournalFile, openJournalFile } from "./open-journal-file.ts";
import { spanOf } from "./station-display.ts";

interface StationFile extends ConnectionOptions {
  station: string;
  journal: string;
}

/** `tracegraph line status`: what the journal holds, and what the gateway has of it. */
export async function tellStatus(options: StationFile): Promise<void> {
  const journal = await openJournalFile(options.journal);
  await journal.close();
  assertStation(journal, options);
  let known: HeldStation | null = null;
  let failure: CliError | null = null;
  try {
    const { gateway } = await connect(options, ["line"], { answerMs: 5_000 });
    const stations = await readStations(gateway, journal.head.journal);
    known = stations.find(({ station }) => station === options.station) ?? null;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    failure = error;
  }
  const status = statusOf(journal, options.journal);
  if (options.json) {
    const unasked = failure && { code: failure.code, message: failure.message };
    return printJson({ ...status, gateway: known, ...(unasked && { unasked }) });
  }
  printStatus(status, known);
  if (failure) note(printable(`the gateway was not asked: ${failure.message} [${failure.code}]`));
}

function assertStation({ head }: JournalFile, { station, journal }: StationFile): void {
  if (head.station === station) return;
  throw new CliError("USAGE", `${journal} is the journal of the station ${head.station}`);
}

function statusOf({ head, standing, refused, pendingSince, tornBytes }: JournalFile, file: string) {
  return {
    station: head.station,
    file,
    journal: head.journal,
    firstSequence: head.firstSequence,
    lastSequence: standing.lastSequence,
    judged: standing.judgedSequence - head.firstSequence + 1,
    pending: standing.lastSequence - standing.judgedSequence,
    pendingSince,
    refused,
    bytes: standing.end,
    tornBytes,
  };
}

function printStatus(status: ReturnType<typeof statusOf>, known: HeldStation | null): void {
  const { pendingSince } = status;
  const since = pendingSince ? `, the first of them for ${spanOf(ageOf(pendingSince))}` : "";
  const rows = [
    ["journal", `${status.file} (${status.journal})`],
    ["scans", `${status.firstSequence} to ${status.lastSequence}`],
    ["not judged yet", `${status.pending}${since}`],
    ["refused", `${status.refused}`],
  ];
  if (known) {
    rows.push(["gateway has", `${known.scanCount} scans, the last one ${known.lastSequence}`]);
    rows.push(["gaps", `${known.gaps}`], ["last recorded", known.lastRecordedAt ?? "–"]);
    if (!known.isHeldBy)
      rows.push(["name", "ANOTHER JOURNAL HAS IT: the gateway refuses this one"]);
  }
  print(table(["station", status.station], rows));
}

function ageOf(time: string): number {
  return Math.max(0, Date.now() - Date.parse(time));
}

/** `tracegraph line take-over`: first the name, then the file that begins where it stands. */
export async function takeOver(options: StationFile & { reason: string }): Promise<void> {
  const { station, reason } = options;
  if (existsSync(options.journal)) {
    throw new CliError("FILE_EXISTS", `${options.journal} exists already`, {
      advice: "Move it aside: it is the only place of scans that were not sent.",
    });
  }
  const { gateway } = await connect(options, ["line"]);
  const id = randomBytes(16).toString("hex");
  const known = await handOverStation(gateway, { station, journal: id, reason });
  const journal = await Journal.open(options.journal, station, {
    id,
    firstSequence: known.firstSequence,
  });
  await journal.close();
  if (options.json) return printJson({ file: options.journal, journal: id, ...known });
  print(`${station} goes on with scan ${known.firstSequence} in ${printable(options.journal)}`);
}
