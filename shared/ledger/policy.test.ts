import { describe, expect, test } from "@jest/globals";
import { witnessSigner } from "./cosignature.ts";
import { privateKeyOf } from "./ed25519.ts";
import { noteSigner } from "./note.ts";
import { isQuorum, parsePolicy } from "./policy.ts";
import { LedgerFormatError } from "./strict-text.ts";

const key = (number: number) => privateKeyOf(Buffer.alloc(32, number));
const LOG = noteSigner("log.example/one", key(1)).verifierKey;
const [X1, X2, X3, Y1, Y2] = [2, 3, 4, 5, 6].map(
  (number) => witnessSigner(`witness.example/${number}`, key(number)).verifierKey,
) as [string, string, string, string, string];

// The shape of the example in C2SP tlog-policy.
const POLICY = `
# whom we believe
log ${LOG} https://log.example/one

  witness X1 ${X1}
witness\tX2\t${X2}  https://two.example/
witness X3 ${X3}
group X-witnesses 2 X1 X2 X3
witness Y1 ${Y1}
witness Y2 ${Y2}
group Y-witnesses any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

describe("a policy", () => {
  test("names logs and witnesses, with their addresses where it has them", () => {
    const { logs, witnesses } = parsePolicy(POLICY);
    expect(logs.map(({ verifier, url }) => [verifier.name, url])).toEqual([
      ["log.example/one", "https://log.example/one"],
    ]);
    expect([...witnesses].map(([name, { url }]) => [name, url])).toEqual([
      ["X1", null],
      ["X2", "https://two.example/"],
      ["X3", null],
      ["Y1", null],
      ["Y2", null],
    ]);
  });

  test.each([
    ["", false],
    ["X1 X2 X3", false],
    ["X1 Y1 Y2", false],
    ["X1 X3 Y2", true],
    ["X1 X2 X3 Y1 Y2", true],
    ["Y1 Y2", false],
    ["X1 X1 Y1", false],
    ["X-witnesses Y1", false],
  ])("with two of three and one of two: by %j it is reached: %s", (names, reached) => {
    const cosigners = new Set(names.split(" "));
    expect(isQuorum(parsePolicy(POLICY), cosigners)).toBe(reached);
  });

  test("may ask for one witness, or for none", () => {
    const one = parsePolicy(`witness X1 ${X1}\nquorum X1\n`);
    expect([isQuorum(one, new Set(["X1"])), isQuorum(one, new Set())]).toEqual([true, false]);
    expect(isQuorum(parsePolicy(`log ${LOG}\nquorum none`), new Set())).toBe(true);
  });

  test.each([
    ["no quorum", `log ${LOG}\n`],
    ["two quorums", "quorum none\nquorum none\n"],
    ["a quorum of nobody", "quorum X1\n"],
    ["a quorum that is defined below", `quorum X1\nwitness X1 ${X1}\n`],
    ["a word too many", "quorum none none\n"],
    ["another keyword", "quorum none\nlogs x\n"],
    ["a log with a witness's key", `log ${X1}\nquorum none\n`],
    ["a witness with a log's key", `witness X1 ${LOG}\nquorum none\n`],
    ["a log twice", `log ${LOG}\nlog ${LOG}\nquorum none\n`],
    ["a witness's key twice", `witness X1 ${X1}\nwitness X2 ${X1}\nquorum X1\n`],
    [
      "one key for a log and its witness",
      `log ${LOG}\nwitness X1 ${witnessSigner("other.example", key(1)).verifierKey}\nquorum X1\n`,
    ],
    ["a name twice", `witness X1 ${X1}\nwitness X1 ${X2}\nquorum X1\n`],
    ["a witness named none", `witness none ${X1}\nquorum none\n`],
    ["a group of none", `witness X1 ${X1}\ngroup g any none\nquorum g\n`],
    ["an empty group", "group g any\nquorum g\n"],
    ["a member twice", `witness X1 ${X1}\ngroup g 2 X1 X1\nquorum g\n`],
    ["a member of two groups", `witness X1 ${X1}\ngroup g any X1\ngroup h any X1\nquorum h\n`],
    ["a threshold of none", `witness X1 ${X1}\ngroup g 0 X1\nquorum g\n`],
    ["a threshold beyond its members", `witness X1 ${X1}\ngroup g 2 X1\nquorum g\n`],
    ["a threshold with a leading zero", `witness X1 ${X1}\ngroup g 01 X1\nquorum g\n`],
    ["a group in itself", `witness X1 ${X1}\ngroup g any X1 g\nquorum g\n`],
    ["carriage returns", `log ${LOG}\r\nquorum none\r\n`],
    ["a broken key", `log ${LOG.replace("+", "-")}\nquorum none\n`],
  ])("with %s is refused", (_, text) => {
    expect(() => parsePolicy(text)).toThrow(LedgerFormatError);
  });
});
