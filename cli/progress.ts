import { count } from "./output.ts";

const BAR_WIDTH = 24;
const REDRAW_EVERY_MS = 100;

/** How far a long piece of work is, drawn on standard error over its own last line. */
export class Progress {
  #startedAt = performance.now();
  #label = "";
  /** What was done before the present piece of work began. */
  #before = { fraction: 0, rows: 0 };
  #fraction = 0;
  readonly #enabled: boolean;
  /** Rows done so far. */
  rows = 0;
  #drawnAt = -Infinity;
  #drawn = false;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** A bar for a person at a terminal, or for who asks for it. */
  static forTerminal(asked: boolean | undefined): Progress {
    return new Progress(asked ?? process.stderr.isTTY === true);
  }

  /** Begins another piece of work, with a word for it. */
  begin(label: string): void {
    this.#label = label;
    this.rows = 0;
    this.#before = { fraction: 0, rows: 0 };
    this.#startedAt = performance.now();
  }

  /** What is done up to here was done by an earlier run: it says nothing of the rate. */
  goOnAfter(rows: number): void {
    this.rows = rows;
    this.#before = { fraction: this.#fraction, rows };
    this.#startedAt = performance.now();
  }

  /** Draws how far the work is, as a part of 1. */
  update(fraction: number): void {
    this.#fraction = fraction;
    const now = performance.now();
    if (!this.#enabled || now - this.#drawnAt < REDRAW_EVERY_MS) return;
    this.#drawnAt = now;
    this.#drawn = true;
    const line = progressLine(fraction, this.rows, now - this.#startedAt, {
      label: this.#label,
      before: this.#before,
    });
    process.stderr.write(`\r${line}\u001b[K`);
  }

  /** Takes the bar off the screen, so that what follows starts a line. */
  end(): void {
    if (this.#drawn) process.stderr.write("\r\u001b[K");
    this.#drawn = false;
  }
}

/** `[######------]  50 %  12,000 rows  4,000/s  3 s left` */
export function progressLine(
  fraction: number,
  rows: number,
  elapsedMs: number,
  { label = "", before = { fraction: 0, rows: 0 } } = {},
): string {
  const part = Math.min(1, Math.max(0, fraction));
  const filled = Math.round(part * BAR_WIDTH);
  const bar = "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled);
  const percent = String(Math.floor(part * 100)).padStart(3);
  const done = part - before.fraction;
  const rate = elapsedMs > 0 ? Math.round((rows - before.rows) / (elapsedMs / 1_000)) : 0;
  const left = done > 0 ? `  ${timeLeft((elapsedMs / done) * (1 - part))} left` : "";
  return `${label === "" ? "" : `${label} `}[${bar}] ${percent} %  ${count(rows)} rows  ${count(rate)}/s${left}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}
