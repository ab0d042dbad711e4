/** Serial numbers from one to another, in the format that both have. */
export interface SerialRange {
  from: string;
  to: string;
  /** One stretch for each width of the number that counts. */
  stretches: readonly SerialStretch[];
}

/**
 * Serial numbers whose number has one width: those with this beginning, that many digits and this
 * end, which in the order of their bytes lie between two of them.
 */
export interface SerialStretch {
  beginning: string;
  digits: number;
  end: string;
  lowest: string;
  highest: string;
}

/** Why two serial numbers bound no range. */
export type NoSerialRange = "OTHER_SHAPE" | "SEVERAL_NUMBERS" | "LEADING_ZEROS" | "UPSIDE_DOWN";

/**
 * Reads two serial numbers as a range: the same text stands between the same number of numbers, of
 * which one may differ. Numbers of one width bound those of that width; numbers of different width
 * must have no leading zeros, and bound those that have none.
 */
export function serialRange(from: string, to: string): SerialRange | NoSerialRange {
  const [low, high] = [runsOf(from), runsOf(to)];
  const isSameShape =
    low.length === high.length && low.every((run, at) => at % 2 === 1 || run === high[at]);
  if (!isSameShape || low.length === 1) return "OTHER_SHAPE";
  const differing = low.flatMap((run, at) => (run === high[at] ? [] : [at]));
  if (differing.length > 1) return "SEVERAL_NUMBERS";
  // Where nothing differs, the last number is as good as any: the range is one serial number.
  const at = differing[0] ?? low.length - 2;
  const [first, last] = [low[at] ?? "", high[at] ?? ""];
  if (first.length !== last.length && (hasLeadingZero(first) || hasLeadingZero(last))) {
    return "LEADING_ZEROS";
  }
  if (first.length > last.length || (first.length === last.length && first > last)) {
    return "UPSIDE_DOWN";
  }
  const beginning = low.slice(0, at).join("");
  const end = low.slice(at + 1).join("");
  const stretches: SerialStretch[] = [];
  for (let digits = first.length; digits <= last.length; digits++) {
    const lowest = digits === first.length ? first : `1${"0".repeat(digits - 1)}`;
    const highest = digits === last.length ? last : "9".repeat(digits);
    stretches.push({
      ...{ beginning, digits, end },
      lowest: `${beginning}${lowest}${end}`,
      highest: `${beginning}${highest}${end}`,
    });
  }
  return { from, to, stretches };
}

/** Whether a serial number lies in the range. */
export function isInSerialRange({ stretches }: SerialRange, serialNumber: string): boolean {
  return stretches.some(({ beginning, digits, end, lowest, highest }) => {
    if (serialNumber.length !== beginning.length + digits + end.length) return false;
    if (!serialNumber.startsWith(beginning) || !serialNumber.endsWith(end)) return false;
    const number = serialNumber.slice(beginning.length, beginning.length + digits);
    const bound = (text: string) => text.slice(beginning.length, beginning.length + digits);
    return /^[0-9]+$/.test(number) && number >= bound(lowest) && number <= bound(highest);
  });
}

/** Text and numbers in turns: text stands at the even places, and may be empty. */
function runsOf(text: string): string[] {
  return text.split(/([0-9]+)/);
}

function hasLeadingZero(digits: string): boolean {
  return digits.length > 1 && digits.startsWith("0");
}
