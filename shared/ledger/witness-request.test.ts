import { describe, expect, test } from "@jest/globals";
import { LedgerFormatError } from "./strict-text.ts";
import { encodeWitnessRequest, parseWitnessRequest } from "./witness-request.ts";

// The example of C2SP tlog-witness.
const BODY = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`;
const HASH = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";

describe("what a log asks of a witness", () => {
  test("is read, and written the same", () => {
    const request = parseWitnessRequest(BODY);
    expect(request.oldSize).toBe(20852014n);
    expect(request.path).toHaveLength(4);
    expect(request.checkpoint.split("\n")[1]).toBe("20852163");
    expect(encodeWitnessRequest(request)).toBe(BODY);
  });

  test("has no path the first time", () => {
    const first = encodeWitnessRequest({ oldSize: 0n, path: [], checkpoint: "a\n0\n" });
    expect(first).toBe("old 0\n\na\n0\n");
    expect(parseWitnessRequest(first)).toEqual({ oldSize: 0n, path: [], checkpoint: "a\n0\n" });
  });

  test.each([
    ["nothing", ""],
    ["no old size", BODY.replace(/^old \d+\n/, "")],
    ["another first word", BODY.replace("old", "Old")],
    ["two spaces", BODY.replace("old ", "old  ")],
    ["a leading zero", BODY.replace("old ", "old 0")],
    ["a negative size", BODY.replace("old ", "old -")],
    ["a size beyond 63 bits", BODY.replace("20852014", "99999999999999999999")],
    ["carriage returns", BODY.replaceAll("\n", "\r\n")],
    ["a hash of 31 bytes", BODY.replace(HASH, Buffer.alloc(31).toString("base64"))],
    ["a hash without padding", BODY.replace("kaw=", "kaw")],
    ["no blank line", "old 1\n"],
    ["64 hashes", BODY.replace(`${HASH}\n`, `${HASH}\n`.repeat(61))],
  ])("with %s is refused", (_, body) => {
    expect(() => parseWitnessRequest(body)).toThrow(LedgerFormatError);
  });

  test("has at most 63 hashes", () => {
    const body = BODY.replace(`${HASH}\n`, `${HASH}\n`.repeat(60));
    expect(parseWitnessRequest(body).path).toHaveLength(63);
    const path = Array.from({ length: 64 }, () => Buffer.alloc(32));
    expect(() => encodeWitnessRequest({ oldSize: 1n, path, checkpoint: "" })).toThrow(RangeError);
  });
});
