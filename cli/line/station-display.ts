import type { CliError } from "../cli-error.ts";
import type { Refusal } from "../import/row.ts";
import { note, plural, print, printable } from "../output.ts";
import type { ScanVerdict } from "./gateway-scans.ts";
import type { JournalScan } from "./journal-record.ts";
import type { SenderEvents } from "./sender.ts";

/** What a person at a station sees and hears, or a program reads. */
export interface StationDisplay extends SenderEvents {
  /** These are on the disk. */
  kept(scans: readonly JournalScan[], isOnline: boolean): void;
  /** A line of the input that is no scan: nothing of it is kept. */
  notScanned(line: number, refusal: Refusal): void;
  end(): void;
}

/** What was shown, for the exit code and the last line. */
export interface Shown {
  kept: number;
  notScanned: number;
  accepted: number;
  refused: number;
}

export function nothingShown(): Shown {
  return { kept: 0, notScanned: 0, accepted: 0, refused: 0 };
}

/** A line of JSON for each thing that happens. */
export function jsonDisplay(shown: Shown): StationDisplay {
  const tell = (event: string, about: object = {}) => print(JSON.stringify({ event, ...about }));
  return {
    kept(scans) {
      shown.kept += scans.length;
      for (const { sequence, scannedAt, record } of scans) {
        tell("kept", { sequence, serialNumber: record.serialNumber, scannedAt });
      }
    },
    notScanned(line, refusal) {
      shown.notScanned += 1;
      tell("not-scanned", { line, ...refusal });
    },
    judged(verdicts) {
      for (const verdict of verdicts) {
        count(shown, verdict);
        const { kind, ...about } = verdict;
        tell(kind, about);
      }
    },
    offline: ({ code, message, advice }) => tell("offline", { code, message, advice }),
    online: () => tell("online"),
    skewed: (aheadMs) => tell("skew", { aheadSeconds: Math.round(aheadMs / 1_000) }),
    end: () => undefined,
  };
}

/** Whoever scans waits no longer than this for the verdict. */
const PATIENCE_MS = 1_500;
/** Of more scans than this nobody waits for each verdict. */
const AWAITED_MOST = 200;
const BELL = "\u0007";

/** A line for each scan, and a beep for each refusal where somebody hears it. */
export function terminalDisplay(
  shown: Shown,
  isSince: (sequence: number) => boolean,
): StationDisplay {
  const awaited = new Map<number, { scan: JournalScan; timer: NodeJS.Timeout }>();
  const before = { accepted: 0, refused: 0 };
  const beep = () => void (process.stderr.isTTY && process.stderr.write(BELL));
  const tellKept = ({ sequence, record }: JournalScan) =>
    print(printable(`#${sequence} ${record.serialNumber}  kept, not judged yet`));
  const tellBefore = () => {
    const { accepted, refused } = before;
    if (accepted + refused === 0) return;
    const scans = plural(accepted + refused, "scan");
    note(`${scans} from before: ${accepted} accepted, ${refused} refused`);
    Object.assign(before, { accepted: 0, refused: 0 });
  };
  return {
    kept(scans, isOnline) {
      shown.kept += scans.length;
      for (const scan of scans) {
        if (!isOnline || awaited.size >= AWAITED_MOST) tellKept(scan);
        else {
          const timer = setTimeout(tellKept, PATIENCE_MS, scan).unref();
          awaited.set(scan.sequence, { scan, timer });
        }
      }
    },
    notScanned(line, { code, reason }) {
      shown.notScanned += 1;
      print(printable(`line ${line}  NOT SCANNED: ${reason} [${code}]`));
      beep();
    },
    judged(verdicts) {
      for (const verdict of verdicts) {
        clearTimeout(awaited.get(verdict.sequence)?.timer);
        awaited.delete(verdict.sequence);
        count(shown, verdict);
        const isRefused = verdict.outcome === "REFUSED";
        if (!isSince(verdict.sequence)) before[isRefused ? "refused" : "accepted"] += 1;
        if (isRefused || isSince(verdict.sequence)) print(printable(verdictLine(verdict)));
        if (isRefused) beep();
      }
    },
    offline(reason) {
      tellOffline(reason);
      for (const { scan, timer } of awaited.values()) {
        clearTimeout(timer);
        tellKept(scan);
      }
      awaited.clear();
      beep();
    },
    online() {
      note("the gateway can be reached again");
    },
    skewed(aheadMs) {
      const apart = spanOf(Math.abs(aheadMs));
      const side = aheadMs > 0 ? "ahead of" : "behind";
      note(`this machine's clock is ${apart} ${side} the gateway's: scans are dated by it`);
    },
    end: tellBefore,
  };
}

function tellOffline({ code, message, advice }: CliError): void {
  note(printable(`scans are kept and not judged now: ${message} [${code}]`));
  note(`  ${advice}`);
}

function verdictLine({ sequence, serialNumber, outcome, code, message, revision }: ScanVerdict) {
  const about = `#${sequence} ${serialNumber ?? "?"}`;
  if (outcome === "REFUSED") return `${about}  REFUSED: ${message} [${code}]`;
  return `${about}  ${outcome.toLowerCase()} (revision ${revision})`;
}

function count(shown: Shown, { outcome }: ScanVerdict): void {
  shown[outcome === "REFUSED" ? "refused" : "accepted"] += 1;
}

/** `3 min`, `26 h`. */
export function spanOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
