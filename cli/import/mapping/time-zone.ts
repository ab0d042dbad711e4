/** Offsets change at quarters of an hour. */
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const OFFSETS_KEPT = 10_000;

/** What the clocks of a place show, and so which moment a time without an offset means. */
export class TimeZone {
  readonly name: string;
  readonly #clock: Intl.DateTimeFormat | null;
  /** Of a zone that is an offset itself, as +01:00. */
  readonly #fixedMs: number;
  readonly #offsets = new Map<number, number>();

  private constructor(name: string, clock: Intl.DateTimeFormat | null, fixedMs: number) {
    this.name = name;
    this.#clock = clock;
    this.#fixedMs = fixedMs;
  }

  /** A zone by its IANA name, as Europe/Rome, or by an offset, as +01:00; null where there is none. */
  static named(name: string): TimeZone | null {
    if (name === "UTC") return new TimeZone(name, null, 0);
    const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(name) ?? [];
    if (sign !== undefined) {
      const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
      return new TimeZone(name, null, sign === "-" ? -ms : ms);
    }
    try {
      return new TimeZone(name, clockOf(name), 0);
    } catch {
      return null;
    }
  }

  /**
   * The moment at which the clocks show this time, given as if it were UTC. Where they show it
   * twice, when summer ends, the first of both; null where they skip it, when summer begins.
   */
  momentOf(localMs: number): number | null {
    // Of the two offsets around, the earlier one gives the earlier moment.
    const around = [this.#offsetAt(localMs - DAY_MS), this.#offsetAt(localMs + DAY_MS)];
    const moments = around
      .map((offset) => ({ offset, moment: localMs - offset }))
      .filter(({ offset, moment }) => this.#offsetAt(moment) === offset)
      .map(({ moment }) => moment);
    return moments.length === 0 ? null : Math.min(...moments);
  }

  #offsetAt(moment: number): number {
    if (!this.#clock) return this.#fixedMs;
    const quarter = Math.floor(moment / QUARTER_MS) * QUARTER_MS;
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    if (this.#offsets.size >= OFFSETS_KEPT) this.#offsets.clear();
    const offset = shownBy(this.#clock, quarter) - quarter;
    this.#offsets.set(quarter, offset);
    return offset;
  }
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

/** What the clock shows at a moment, as if it were UTC. */
function shownBy(clock: Intl.DateTimeFormat, moment: number): number {
  const parts = new Map(clock.formatToParts(moment).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
  const shown = new Date(0);
  shown.setUTCFullYear(year, part("month") - 1, part("day"));
  shown.setUTCHours(part("hour"), part("minute"), part("second"));
  return shown.getTime();
}
