import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../exit-codes.ts";
import { note } from "../output.ts";
import type { NewScan } from "./journal.ts";
import type { JournalScan } from "./journal-record.ts";
import { judgedScans, refusedScans } from "./judged-scans.ts";
import { type StationOptions, withStation } from "./run-station.ts";
import type { ScanValues } from "./scan-fields.ts";

/** Makes refused scans again, with their times and with what is said of them now. */
export function retryScans(
  options: StationOptions,
  { numbers, values }: { numbers: readonly number[]; values: ScanValues },
  signal: AbortSignal,
): Promise<ExitCode> {
  return withStation(options, signal, async ({ journal, display, sender }) => {
    const refused = await refusedScans(judgedScans(() => journal.records()));
    const chosen =
      numbers.length === 0 ? refused : numbers.map((number) => chosenOf(number, refused));
    if (chosen.length === 0) {
      if (!options.json) note("there is no refused scan that nobody has made again");
      return;
    }
    const kept = await journal.keep(chosen.map((scan) => madeAgain(scan, values)));
    display.kept(kept, sender.isOnline);
    sender.wake();
  });
}

function chosenOf(number: number, refused: readonly JournalScan[]): JournalScan {
  const scan = refused.find(({ sequence }) => sequence === number);
  if (scan) return scan;
  throw new CliError("NOT_FOUND", `scan ${number} is not refused, or was made again`);
}

function madeAgain({ sequence, scannedAt, record }: JournalScan, values: ScanValues): NewScan {
  const attributes = { ...record.attributes, ...values.attributes };
  const hasAttributes = Object.keys(attributes).length > 0;
  const said = { ...record, ...values, ...(hasAttributes && { attributes }) };
  return { scannedAt, retryOf: sequence, record: said };
}
