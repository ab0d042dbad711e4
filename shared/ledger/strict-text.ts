/** What is wrong with bytes that should be a part of a ledger. */
export const LEDGER_FAULTS = ["MALFORMED", "UNKNOWN_KEY", "BAD_SIGNATURE"] as const;
export type LedgerFault = (typeof LEDGER_FAULTS)[number];

/** Bytes that are not what their format says, or a signature that does not hold. */
export class LedgerFormatError extends Error {
  override name = "LedgerFormatError";

  constructor(
    readonly fault: LedgerFault,
    message: string,
  ) {
    super(message);
  }
}

/** Refuses text that breaks its format. Never put the text itself into a log: anybody may have sent it. */
export function malformed(what: string): never {
  throw new LedgerFormatError("MALFORMED", what);
}

/** The largest size, index and time that every implementation of the formats can hold. */
export const NUMBER_MOST = 2n ** 63n - 1n;

/** A decimal number without sign or leading zero. */
export function parseDecimal(text: string, what: string): bigint {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) return malformed(`${what} is no decimal number`);
  const value = BigInt(text);
  return value > NUMBER_MOST ? malformed(`${what} is larger than ${NUMBER_MOST}`) : value;
}

/** Standard base64 with padding, in the one spelling that its bytes have. */
export function parseBase64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : malformed(`${what} is no strict base64`);
}

/** The base64 of 32 bytes. */
export function parseHash(text: string, what: string): Buffer {
  const bytes = parseBase64(text, what);
  return bytes.length === 32 ? bytes : malformed(`${what} has ${bytes.length} bytes, not 32`);
}

/** Text of at most `bytesMost` bytes of UTF-8. */
export function readText(input: string | Uint8Array, bytesMost: number, what: string): string {
  // A string has at least as many bytes as UTF-16 units, so a long one is refused unmeasured.
  if (input.length > bytesMost) return malformed(`${what} is longer than ${bytesMost} bytes`);
  if (typeof input !== "string") return decodeUtf8(input, what);
  if (!isWellFormed(input)) return malformed(`${what} is no valid text`);
  if (Buffer.byteLength(input) > bytesMost) {
    return malformed(`${what} is longer than ${bytesMost} bytes`);
  }
  return input;
}

/** Whether the text has no half of a surrogate pair, which UTF-8 cannot say. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    // A byte order mark stays in the text, and so breaks the format that it stands before.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed(`${what} is no valid UTF-8`);
  }
}
