import { isPlainText } from "../../shared/text.ts";
import type { Refusal } from "../import/row.ts";
import { excerpt } from "../import/values.ts";

/**
 * What is taken for a whole code unless a pattern is given: 4 to 128 letters and digits, with some
 * signs between them. What ends in a sign was cut off.
 */
export const USUAL_CODE = "[A-Za-z0-9](?:[A-Za-z0-9._:/+#-]{2,126})[A-Za-z0-9]";

const CODE_CHARACTERS_MOST = 128;
/** What a decoder puts where bytes are no text of the code page. */
const NO_CHARACTER = "\ufffd";

/** Reads what a scanner typed on one line: one whole code, or why it is none. */
export function readCode(line: string, pattern: RegExp): { code: string } | Refusal {
  const code = line.trim();
  if (code.includes(NO_CHARACTER)) return noText(code);
  if (new RegExp(`^(?:${pattern.source})$`, "u").test(code)) {
    return isPlainText(code, CODE_CHARACTERS_MOST) ? { code } : noText(code);
  }
  const codes = code.match(new RegExp(pattern.source, "gu")) ?? [];
  if (codes.length > 1) {
    const named = codes.slice(0, 3).map(excerpt).join(" and ");
    const reason = `${codes.length} codes on one line: ${named}`;
    return { code: "TWO_CODES", field: "serialNumber", reason };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
  if (/[\u0000-\u001f\u007f]/.test(code)) return noText(code);
  const reason = `${excerpt(code)} is no whole code`;
  return { code: "BROKEN_CODE", field: "serialNumber", reason };
}

export function isRefused(read: { code: string } | Refusal): read is Refusal {
  return "reason" in read;
}

function noText(code: string): Refusal {
  const reason = `${excerpt(code)} is no text of this code page`;
  return { code: "NOT_TEXT", field: "serialNumber", reason };
}
