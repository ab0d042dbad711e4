import { describe, expect, test } from "@jest/globals";
import { type Checkpoint, checkpointText, openCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { cosign, cosignatureVerifier, verifierOf, witnessSigner } from "./cosignature.ts";
import { privateKeyOf } from "./ed25519.ts";
import { EMPTY_ROOT } from "./merkle.ts";
import {
  noteSigner,
  noteVerifier,
  parseNote,
  parseVerifierKey,
  signNote,
  withSignatureLines,
} from "./note.ts";
import { type LedgerFault, LedgerFormatError } from "./strict-text.ts";

const key = (number: number) => privateKeyOf(Buffer.alloc(32, number));
const ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
const checkpoint: Checkpoint = {
  origin: "example.com/behind-the-sofa",
  size: 20852163n,
  root: Buffer.from(ROOT, "base64"),
};
// The text that C2SP tlog-checkpoint and tlog-cosignature have as their example.
const TEXT = `example.com/behind-the-sofa\n20852163\n${ROOT}\n`;

const log = noteSigner(checkpoint.origin, key(1));
const north = witnessSigner("witness.example/north", key(2));
const south = witnessSigner("witness.example/south", key(3));
const logs = [verifierOf(log.verifierKey)];
const witnesses = [verifierOf(north.verifierKey), verifierOf(south.verifierKey)];
const TIME = 1679315147n;

function faultOf(act: () => unknown): LedgerFault | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof LedgerFormatError) return error.fault;
    throw error;
  }
}

describe("a checkpoint", () => {
  test("is three lines", () => {
    expect(checkpointText(checkpoint)).toBe(TEXT);
    expect(parseCheckpoint(TEXT)).toEqual(checkpoint);
    const empty = { origin: "a", size: 0n, root: EMPTY_ROOT };
    expect(parseCheckpoint(checkpointText(empty))).toEqual(empty);
  });

  test.each([
    ["nothing", ""],
    ["two lines", "a\n1\n"],
    ["no line end", TEXT.slice(0, -1)],
    ["a fourth line", `${TEXT}more\n`],
    ["an empty fourth line", `${TEXT}\n`],
    ["no origin", TEXT.replace("example.com/behind-the-sofa", "")],
    ["a space in the origin", TEXT.replace("the-sofa", "the sofa")],
    ["a leading zero", TEXT.replace("20852163", "020852163")],
    ["a sign", TEXT.replace("20852163", "+20852163")],
    ["a size in hexadecimal", TEXT.replace("20852163", "0x13E2DC3")],
    ["a size beyond 63 bits", TEXT.replace("20852163", "9223372036854775808")],
    ["a size with a space", TEXT.replace("20852163", "20852163 ")],
    ["a root of 31 bytes", TEXT.replace(ROOT, Buffer.alloc(31).toString("base64"))],
    ["a root of 33 bytes", TEXT.replace(ROOT, Buffer.alloc(33).toString("base64"))],
    ["a root without padding", TEXT.replace("q2I=", "q2I")],
    ["a root with other bits behind its last byte", TEXT.replace("q2I=", "q2J=")],
    ["a root in hexadecimal", TEXT.replace(ROOT, checkpoint.root.toString("hex"))],
  ])("with %s is refused", (_, text) => {
    expect(faultOf(() => parseCheckpoint(text))).toBe("MALFORMED");
  });

  test("has the largest size that every reader can hold", () => {
    const text = TEXT.replace("20852163", "9223372036854775807");
    expect(parseCheckpoint(text).size).toBe(2n ** 63n - 1n);
    expect(() => checkpointText({ ...checkpoint, size: -1n })).toThrow(RangeError);
    expect(() => checkpointText({ ...checkpoint, root: Buffer.alloc(31) })).toThrow(RangeError);
    expect(() => checkpointText({ ...checkpoint, origin: "a b" })).toThrow(RangeError);
  });

  test("opens when a key of its own log signed it", () => {
    const opened = openCheckpoint(signNote(TEXT, [log]), { logs });
    expect(opened.checkpoint).toEqual(checkpoint);
    expect(opened.signatures.map(({ keyId }) => keyId)).toEqual([log.keyId]);
    expect(opened.cosignatures).toEqual([]);
  });

  test("is refused when only another known log's key, or a witness's, signed it", () => {
    const other = noteSigner("example.com/other", key(4));
    const known = [...logs, verifierOf(other.verifierKey)];
    expect(faultOf(() => openCheckpoint(signNote(TEXT, [other]), { logs: known }))).toBe(
      "UNKNOWN_KEY",
    );
    const unsigned = `${TEXT}\n${cosign(TEXT, TIME, north)}`;
    expect(faultOf(() => openCheckpoint(unsigned, { logs, witnesses }))).toBe("UNKNOWN_KEY");
    // The same key under the origin's name, given as a witness's: still no signature of a log.
    expect(
      faultOf(() => openCheckpoint(signNote(TEXT, [log]), { logs: [], witnesses: logs })),
    ).toBe("UNKNOWN_KEY");
  });

  test("carries two signatures of its log while a key is being replaced", () => {
    const next = noteSigner(checkpoint.origin, key(5));
    const note = signNote(TEXT, [log, next]);
    for (const signer of [log, next]) {
      const opened = openCheckpoint(note, { logs: [verifierOf(signer.verifierKey)] });
      expect(opened.signatures.map(({ keyId }) => keyId)).toEqual([signer.keyId]);
    }
  });
});

describe("a cosignature", () => {
  const note = withSignatureLines(signNote(TEXT, [log]), [
    cosign(TEXT, TIME, north),
    cosign(TEXT, TIME + 1n, south),
  ]);

  test("tells the witness and the time", () => {
    const { cosignatures } = openCheckpoint(note, { logs, witnesses });
    expect(cosignatures.map(({ name, time }) => [name, time])).toEqual([
      ["witness.example/north", TIME],
      ["witness.example/south", TIME + 1n],
    ]);
  });

  test("is a key id, eight bytes of time and 64 of signature, over the text behind two lines", () => {
    const line = parseNote(note).signatures[1];
    const signature = line?.signature ?? Buffer.alloc(0);
    expect(signature.length).toBe(72);
    expect(signature.toString("hex", 0, 8)).toBe("00000000641850cb");
    const message = noteSigner("any", key(2)).sign(`cosignature/v1\ntime ${TIME}\n${TEXT}`);
    expect(signature.subarray(8).equals(message)).toBe(true);
    expect(parseVerifierKey(north.verifierKey).type).toBe(4);
    expect(parseVerifierKey(north.verifierKey).keyId).toBe(line?.keyId);
  });

  test("with another time, of another text, or of another length makes the note refused", () => {
    const opened = (line: string) =>
      faultOf(() =>
        openCheckpoint(withSignatureLines(signNote(TEXT, [log]), [line]), { logs, witnesses }),
      );
    const line = cosign(TEXT, TIME, north);
    expect(opened(line)).toBeNull();
    const signature = parseNote(`a\n\n${line}`).signatures[0]?.signature as Buffer;
    const withBytes = (bytes: Buffer): string =>
      `— ${north.name} ${Buffer.concat([Buffer.from(north.keyId, "hex"), bytes]).toString("base64")}\n`;
    expect(opened(withBytes(signature))).toBeNull();
    const late = Buffer.from(signature);
    late[7] = (late[7] as number) ^ 1;
    expect(opened(withBytes(late))).toBe("BAD_SIGNATURE");
    const beyond = Buffer.from(signature);
    beyond[0] = 0x80;
    expect(opened(withBytes(beyond))).toBe("BAD_SIGNATURE");
    expect(opened(withBytes(signature.subarray(1)))).toBe("BAD_SIGNATURE");
    expect(opened(withBytes(Buffer.concat([signature, Buffer.of(0)])))).toBe("BAD_SIGNATURE");
    expect(opened(cosign(TEXT.replace("20852163", "20852164"), TIME, north))).toBe("BAD_SIGNATURE");
  });

  test("is of a key that signs nothing else", () => {
    expect(() => noteVerifier(parseVerifierKey(north.verifierKey))).toThrow(RangeError);
    expect(() => cosignatureVerifier(parseVerifierKey(log.verifierKey))).toThrow(RangeError);
    expect(() => cosign(TEXT, -1n, north)).toThrow(RangeError);
    expect(() => cosign(TEXT, 2n ** 63n, north)).toThrow(RangeError);
  });
});
