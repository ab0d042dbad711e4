import { createHash, type KeyObject } from "node:crypto";
import { isSignature, KEY_BYTES, publicKeyOf, rawPublicKey, signMessage } from "./ed25519.ts";
import {
  isWellFormed,
  LedgerFormatError,
  malformed,
  parseBase64,
  readText,
} from "./strict-text.ts";

/** The longest note that is read, and the most signatures of one. */
export const NOTE_BYTES_MOST = 256 * 1_024;
export const NOTE_SIGNATURES_MOST = 100;

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const CONTROL_CHARACTER = /[\u0000-\u0009\u000b-\u001f]/;

/** The signatures that notes carry here: a log's own, and a witness's with the time (C2SP signed-note). */
export const SIGNATURE_TYPE = { ED25519: 0x01, COSIGNATURE: 0x04 } as const;

/** Whose signatures a verifier trusts: a name, a public key, and what the key signs. */
export interface VerifierKey {
  name: string;
  /** Eight lower-case hexadecimal digits. */
  keyId: string;
  type: number;
  publicKey: Buffer;
}

/** Signs texts under a name. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: string;
  /** What verifies it, to be given to everybody. */
  readonly verifierKey: string;
  sign(text: string): Buffer;
}

/** Verifies the signatures of one key. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  verify(text: string, signature: Buffer): boolean;
}

/** A signature as a line of the note has it. */
export interface NoteSignature {
  name: string;
  keyId: string;
  signature: Buffer;
}

/** A note whose signatures by known keys hold; those by unknown keys are left out. */
export interface OpenedNote {
  text: string;
  signatures: NoteSignature[];
}

/** `<name>+<key id>+<base64 of type and public key>`. */
export function verifierKey(
  name: string,
  publicKey: Uint8Array,
  type: number = SIGNATURE_TYPE.ED25519,
): string {
  const key = Buffer.concat([Buffer.of(type), publicKey]).toString("base64");
  return `${assertKeyName(name)}+${keyId(name, publicKey, type)}+${key}`;
}

/** Reads a key of one of the known types. */
export function parseVerifierKey(vkey: string): VerifierKey {
  // The base64 may have plus signs of its own.
  const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(vkey) ?? [];
  if (name === undefined || id === undefined || key === undefined) {
    return malformed("a verifier key is <name>+<key id>+<key>");
  }
  const bytes = parseBase64(key, "the key of a verifier key");
  const [type] = bytes;
  const publicKey = bytes.subarray(1);
  if (type !== SIGNATURE_TYPE.ED25519 && type !== SIGNATURE_TYPE.COSIGNATURE) {
    return malformed(`the verifier key is of the unknown type ${type}`);
  }
  if (publicKey.length !== KEY_BYTES) {
    return malformed(`the verifier key has ${publicKey.length} bytes`);
  }
  if (!isKeyName(name)) return malformed("the verifier key's name has a space or is empty");
  if (keyId(name, publicKey, type) !== id) {
    return malformed("the verifier key's id is not of its name and key");
  }
  return { name, keyId: id, type, publicKey };
}

/** The first four bytes of SHA-256 of name, newline, type and public key, in hexadecimal. */
export function keyId(name: string, publicKey: Uint8Array, type: number): string {
  const hash = createHash("sha256").update(`${name}\n`).update(Buffer.of(type)).update(publicKey);
  return hash.digest("hex").slice(0, 8);
}

/** Whether a signature line can carry the name. */
export function isKeyName(name: string): boolean {
  return name !== "" && isWellFormed(name) && !/[\p{White_Space}+\p{Cc}]/u.test(name);
}

export function assertKeyName(name: string): string {
  if (isKeyName(name)) return name;
  throw new RangeError(`"${name}" is no key name: it is empty, or has a space or a plus sign`);
}

/** Signs with Ed25519, type 0x01. */
export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  const publicKey = rawPublicKey(privateKey);
  return {
    name: assertKeyName(name),
    keyId: keyId(name, publicKey, SIGNATURE_TYPE.ED25519),
    verifierKey: verifierKey(name, publicKey),
    sign: (text) => signMessage(Buffer.from(text), privateKey),
  };
}

/** Verifies signatures of type 0x01. */
export function noteVerifier(key: VerifierKey): NoteVerifier {
  if (key.type !== SIGNATURE_TYPE.ED25519) {
    throw new RangeError(`the key of ${key.name} signs no notes: it is of type ${key.type}`);
  }
  const publicKey = publicKeyOf(key.publicKey);
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, signature) => isSignature(Buffer.from(text), signature, publicKey),
  };
}

/** The text, which ends with a newline, and a signature line by each signer. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  assertText(text);
  const lines = signers.map(({ name, keyId: id, sign }) =>
    signatureLine({ name, keyId: id, signature: sign(text) }),
  );
  return withSignatureLines(`${text}\n`, lines);
}

/** The note with further signature lines behind those that it has. */
export function withSignatureLines(note: string, lines: readonly string[]): string {
  return note + lines.join("");
}

/** `— <name> <base64 of key id and signature>` and a newline. */
export function signatureLine({ name, keyId: id, signature }: NoteSignature): string {
  const bytes = Buffer.concat([Buffer.from(id, "hex"), signature]);
  return `\u2014 ${assertKeyName(name)} ${bytes.toString("base64")}\n`;
}

/** Reads one signature line, without its newline. */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  if (name === undefined || encoded === undefined || !isKeyName(name)) {
    return malformed("a signature line is not a dash, a name and a signature");
  }
  const bytes = parseBase64(encoded, "a signature");
  if (bytes.length < 5) return malformed(`a signature has ${bytes.length} bytes`);
  return { name, keyId: bytes.toString("hex", 0, 4), signature: bytes.subarray(4) };
}

/** Takes a note apart without believing any of it. */
export function parseNote(note: string | Uint8Array): OpenedNote {
  const whole = readText(note, NOTE_BYTES_MOST, "the note");
  if (CONTROL_CHARACTER.test(whole)) return malformed("the note has a control character");
  const end = whole.lastIndexOf("\n\n");
  if (end < 0 || !whole.endsWith("\n")) {
    return malformed("the note is no text, a blank line and signature lines");
  }
  const lines = whole.slice(end + 2, -1).split("\n");
  if (lines.length > NOTE_SIGNATURES_MOST) {
    return malformed(`the note has ${lines.length} signatures, more than ${NOTE_SIGNATURES_MOST}`);
  }
  return { text: whole.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * The text of a note that one of the verifiers' keys has signed. It is refused as a whole when the
 * signature of a known key fails; signatures of unknown keys prove nothing and are ignored.
 */
export function openNote(
  note: string | Uint8Array,
  verifiers: readonly NoteVerifier[],
): OpenedNote {
  const known = new Map(verifiers.map((verifier) => [keyOf(verifier), verifier]));
  if (known.size !== verifiers.length) throw new RangeError("two verifiers have the same key id");
  const { text, signatures } = parseNote(note);
  const held = new Map<string, NoteSignature>();
  for (const signature of signatures) {
    const key = keyOf(signature);
    const verifier = known.get(key);
    if (verifier === undefined) continue;
    if (!verifier.verify(text, signature.signature)) {
      const message = `the signature of ${signature.name} (${signature.keyId}) does not hold`;
      throw new LedgerFormatError("BAD_SIGNATURE", message);
    }
    // One text for one note: who doubles a line makes no other note of it.
    if (held.has(key)) return malformed(`the note is signed twice by ${signature.name}`);
    held.set(key, signature);
  }
  if (held.size === 0) {
    throw new LedgerFormatError("UNKNOWN_KEY", "the note has no signature of a known key");
  }
  return { text, signatures: [...held.values()] };
}

function keyOf({ name, keyId: id }: { name: string; keyId: string }): string {
  return `${name}+${id}`;
}

function assertText(text: string): void {
  if (!text.endsWith("\n") || !isWellFormed(text) || CONTROL_CHARACTER.test(text)) {
    throw new RangeError("the text of a note is lines without control characters");
  }
}
