import { XLSX_LIMITS } from "./limits.ts";

/** `_x000D_` stands for a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19, ST_Xstring). */
export function unescapeText(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A spreadsheet computes with 15 digits; those behind them are noise, unless they were written as a whole number. */
export function numberText(written: string): string | null {
  if (written.length > XLSX_LIMITS.numberCharacters) return null;
  const text = written.trim();
  if (/^-?\d+$/.test(text)) return text;
  if (!/^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return null;
  return plainDigits(Number(value.toPrecision(15)));
}

/** Without an exponent, which no reader of a serial number expects. */
function plainDigits(value: number): string {
  const text = String(value);
  const [, sign = "", whole = "", decimals = "", exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + decimals;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** `BC12` is column 54, counted from 0; null where it is no place of a cell. */
export function columnOf(place: string): number | null {
  let column = 0;
  let letters = 0;
  for (; letters < place.length; letters += 1) {
    const code = place.charCodeAt(letters);
    if (code < 65 || code > 90) break;
    column = column * 26 + (code - 64);
    if (letters > 3) return null;
  }
  return letters === 0 ? null : column - 1;
}
