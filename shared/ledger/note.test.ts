import { describe, expect, test } from "@jest/globals";
import { privateKeyOf, rawPublicKey } from "./ed25519.ts";
import {
  noteSigner,
  noteVerifier,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
  verifierKey,
  withSignatureLines,
} from "./note.ts";
import { type LedgerFault, LedgerFormatError } from "./strict-text.ts";

// The example of Go's golang.org/x/mod/sumdb/note, which the C2SP format was taken from.
const VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const TEXT = "This is an example message.\n";
const LINE =
  "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const NOTE = `${TEXT}\n${LINE}`;

const foo = noteVerifier(parseVerifierKey(VKEY));
const key = (number: number) => privateKeyOf(Buffer.alloc(32, number));
const ours = noteSigner("log.example/one", key(1));
const theirs = noteSigner("log.example/two", key(2));
const verifierOf = (signer: { verifierKey: string }) =>
  noteVerifier(parseVerifierKey(signer.verifierKey));

function faultOf(act: () => unknown): LedgerFault | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof LedgerFormatError) return error.fault;
    throw error;
  }
}

describe("a verifier key", () => {
  test("of the published example is read, and written the same", () => {
    const { name, keyId, type, publicKey } = parseVerifierKey(VKEY);
    expect([name, keyId, type]).toEqual(["example.com/foo", "530d903a", 1]);
    expect(verifierKey(name, publicKey)).toBe(VKEY);
  });

  test("may have a plus sign in its base64", () => {
    const vkeys = Array.from({ length: 64 }, (_, at) =>
      verifierKey("a", rawPublicKey(key(at + 1))),
    );
    const plus = vkeys.filter((vkey) => vkey.split("+").length > 3);
    expect(plus.length).toBeGreaterThan(0);
    for (const vkey of plus) expect(parseVerifierKey(vkey).name).toBe("a");
  });

  test.each([
    ["nothing", ""],
    ["no id", "example.com/foo+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
    ["the id of another name", VKEY.replace("foo", "fox")],
    ["another id", VKEY.replace("530d903a", "530d903b")],
    ["an id in upper case", VKEY.replace("530d903a", "530D903A")],
    ["a space in the name", VKEY.replace("/foo", " foo")],
    ["another type", VKEY.replace("+Aeky", "+Aeky".replace("Ae", "Be"))],
    ["a key that is too short", "example.com/foo+530d903a+AekyeRrm"],
    ["base64 without padding", `${VKEY}=`],
    ["a line break behind it", `${VKEY}\n`],
  ])("with %s is refused", (_, vkey) => {
    expect(faultOf(() => parseVerifierKey(vkey))).toBe("MALFORMED");
  });

  test("has a name that a line can carry", () => {
    const publicKey = rawPublicKey(key(1));
    for (const name of ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "\ud800"]) {
      expect(() => verifierKey(name, publicKey)).toThrow(RangeError);
    }
  });
});

describe("a signed note", () => {
  test("of the published example opens", () => {
    const { text, signatures } = openNote(NOTE, [foo]);
    expect(text).toBe(TEXT);
    expect(signatures.map(({ name, keyId }) => [name, keyId])).toEqual([
      ["example.com/foo", "530d903a"],
    ]);
    expect(openNote(Buffer.from(NOTE), [foo]).text).toBe(TEXT);
  });

  test("opens by any key that signed it, and tells whose signatures hold", () => {
    const note = signNote("one\n\ntwo\n", [ours, theirs]);
    expect(openNote(note, [verifierOf(theirs)]).signatures.map(({ name }) => name)).toEqual([
      "log.example/two",
    ]);
    const both = openNote(note, [verifierOf(ours), verifierOf(theirs)]);
    expect(both.signatures).toHaveLength(2);
    expect(both.text).toBe("one\n\ntwo\n");
  });

  test("is refused without a known key, and where a known key's signature fails", () => {
    expect(faultOf(() => openNote(NOTE, [verifierOf(ours)]))).toBe("UNKNOWN_KEY");
    expect(faultOf(() => openNote(NOTE, []))).toBe("UNKNOWN_KEY");
    const other = NOTE.replace("example message", "example massage");
    expect(faultOf(() => openNote(other, [foo]))).toBe("BAD_SIGNATURE");
    // One signature holds, the other was made of another text.
    const [mixed] = [signNote(TEXT, [ours])];
    const foreign = signNote("other\n", [theirs]).split("\n\n")[1] as string;
    const note = withSignatureLines(mixed, [foreign]);
    expect(openNote(note, [verifierOf(ours)]).signatures).toHaveLength(1);
    const known = [verifierOf(ours), verifierOf(theirs)];
    expect(faultOf(() => openNote(note, known))).toBe("BAD_SIGNATURE");
  });

  test("may have sixteen and more signatures, but not any number", () => {
    const signers = Array.from({ length: 99 }, (_, at) => noteSigner(`log.example/${at}`, key(at)));
    const note = signNote(TEXT, signers);
    expect(openNote(note, signers.map(verifierOf)).signatures).toHaveLength(99);
    const last = (at: number) => signNote(TEXT, [noteSigner(`more.example/${at}`, key(at))]);
    const lines = [1, 2].map((at) => last(at).split("\n\n")[1] as string);
    expect(parseNote(withSignatureLines(note, lines.slice(0, 1))).signatures).toHaveLength(100);
    expect(faultOf(() => parseNote(withSignatureLines(note, lines)))).toBe("MALFORMED");
  });

  test.each([
    ["nothing", ""],
    ["no signature", TEXT],
    ["no blank line", TEXT + LINE],
    ["no line end at its end", NOTE.slice(0, -1)],
    ["a blank line at its end", `${NOTE}\n`],
    ["carriage returns", NOTE.replaceAll("\n", "\r\n")],
    ["a tab", NOTE.replace("an example", "an\texample")],
    ["a zero byte", NOTE.replace("an example", "an\0example")],
    ["a hyphen for the dash", NOTE.replace("—", "-")],
    ["two spaces", NOTE.replace("— ", "—  ")],
    ["a space behind a line", NOTE.replace("=\n", "= \n")],
    ["a plus sign in a name", NOTE.replace("com/foo U", "com+foo U")],
    ["no name", NOTE.replace("example.com/foo ", "")],
    ["base64 without padding", NOTE.replace("aQM=", "aQM")],
    ["base64 with other bits behind the last byte", NOTE.replace("aQM=", "aQN=")],
    ["base64 of web addresses", NOTE.replace("Uw2QOkn8", "Uw2QOk_8")],
    ["a signature of four bytes", `${TEXT}\n— example.com/foo Uw2QOg==\n`],
    ["half a surrogate pair", NOTE.replace("example message", "\ud800")],
    ["the same signature twice", NOTE + LINE],
  ])("with %s is refused", (_, note) => {
    expect(faultOf(() => openNote(note, [foo]))).toBe("MALFORMED");
  });

  test("in another encoding, with a byte order mark, or too long is refused", () => {
    expect(faultOf(() => openNote(Buffer.from([...Buffer.from(NOTE), 0xff]), [foo]))).toBe(
      "MALFORMED",
    );
    const marked = Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(NOTE)]);
    expect(faultOf(() => openNote(marked, [foo]))).toBe("BAD_SIGNATURE");
    expect(faultOf(() => openNote("x".repeat(300_000) + NOTE, [foo]))).toBe("MALFORMED");
    expect(faultOf(() => openNote("é".repeat(140_000) + NOTE, [foo]))).toBe("MALFORMED");
  });

  test("is not made of a text that nobody could open", () => {
    expect(() => signNote("no line end", [ours])).toThrow(RangeError);
    expect(() => signNote("\ud800\n", [ours])).toThrow(RangeError);
    expect(() => signNote("a\tb\n", [ours])).toThrow(RangeError);
  });
});
