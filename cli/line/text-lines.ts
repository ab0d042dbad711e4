import { INPUT_LIMITS } from "../import/row.ts";

/** A line of an input that may go on for ever. */
export interface TextLine {
  number: number;
  /** null where it is longer than any row. */
  text: string | null;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: of UTF-16 that is read as bytes, half are NUL
const BLANK = /^[\s\u0000]*$/;

/** Text of a code page as it comes; what is no text of it has U+FFFD in its place. */
export async function* decodePieces(
  pieces: AsyncIterable<Buffer>,
  encoding: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

/**
 * The lines of each piece of text as soon as they end, in constant memory. Blank lines are none: a
 * scanner that sends CR and LF, together or apart, makes them.
 */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<TextLine[]> {
  let number = 0;
  let rest = "";
  let isTooLong = false;
  const lineOf = (text: string): TextLine[] => {
    if (BLANK.test(text) && !isTooLong) return [];
    number += 1;
    const line = { number, text: isTooLong ? null : text };
    isTooLong = false;
    return [line];
  };
  for await (const piece of pieces) {
    const parts = (rest + piece).split(/[\r\n]/);
    rest = parts.pop() ?? "";
    const ended = parts.flatMap(lineOf);
    if (rest.length > INPUT_LIMITS.cellCharacters) [rest, isTooLong] = ["", true];
    if (ended.length > 0) yield ended;
  }
  const last = lineOf(rest);
  if (last.length > 0) yield last;
}
