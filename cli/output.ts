/** Data goes to standard output, everything else to standard error. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Progress, notes and refusals: what a pipe must not carry. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Text that a terminal shows as it is: control characters would move its cursor or colour it. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "�");
}

const useColour = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR;

export function bold(text: string): string {
  return useColour() ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((cells) => cells.map(printable));
  const widths = header.map((_, column) =>
    lines.reduce((widest, cells) => Math.max(widest, cells[column]?.length ?? 0), 0),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line, index) => (index === 0 ? bold(line) : line))
    .join("\n");
}

/** One CSV line as RFC 4180 writes it, without its end. */
export function csvLine(cells: readonly (string | null)[]): string {
  return cells
    .map((cell) => {
      const text = cell ?? "";
      return /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}

/** `12,345` whatever the machine's language. */
export function count(amount: number): string {
  return amount.toLocaleString("en-US");
}

/** `1 row`, `2 rows`. */
export function plural(amount: number, noun: string): string {
  return `${count(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}
