import { expect, test } from "@jest/globals";
import { readWitnesses, witnessesText, witnessesToHear } from "./witness-addresses.ts";

// Keys of nobody: the public halves of Ed25519 keys whose seeds are 32 times 2, 3 and 4.
const NORTH = "north.example+0ee61734+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
const SOUTH = "south.example+51f2c8e8+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR";
const LOG = "log.example/l+ff0d51d1+AcqTrBcFGHBx1nuDx/8O/oEI6OxFMFdddyaHkzPb2r58";

test("witnesses are named by vkey and URL, and two of them are enough unless another number is", () => {
  const policy = readWitnesses(
    `${NORTH} https://north.example/w/, ${SOUTH} http://10.0.0.7:4010`,
    "",
  );
  expect(policy).toEqual({
    quorum: 2,
    witnesses: [
      { name: "north.example", vkey: NORTH, url: "https://north.example/w" },
      { name: "south.example", vkey: SOUTH, url: "http://10.0.0.7:4010" },
    ],
  });
  if (!policy) throw new Error("nobody is named");
  expect(readWitnesses(witnessesText(policy), "2")).toEqual(policy);
  expect(readWitnesses("", undefined)).toBeNull();
  expect(readWitnesses(`${NORTH} http://a`, undefined)?.quorum).toBe(1);
});

test.each<[string, string, string | undefined, RegExp]>([
  ["no URL", NORTH, undefined, /WITNESSES must be of/],
  ["a URL of another kind", `${NORTH} file:///etc`, undefined, /WITNESSES must be of/],
  ["no vkey", "north.example http://a", undefined, /is no vkey/],
  [
    "a key whose id is another's",
    `${NORTH.replace("0ee61734", "0ee61735")} http://a`,
    undefined,
    /is no vkey/,
  ],
  ["the key of a log", `${LOG} http://a`, undefined, /is a log's, not a witness's/],
  ["a witness twice", `${NORTH} http://a,${NORTH} http://b`, undefined, /twice/],
  ["more than there are", `${NORTH} http://a`, "2", /WITNESS_QUORUM/],
  ["none of them", `${NORTH} http://a`, "0", /WITNESS_QUORUM/],
  ["a number without witnesses", "", "2", /WITNESSES is not/],
])("%s is refused", (_, named, quorum, reason) => {
  expect(() => readWitnesses(named, quorum)).toThrow(reason);
});

test.each<[witnesses: number, quorum: number, toHear: number]>([
  [1, 1, 1],
  [2, 2, 1],
  [3, 2, 2],
  [3, 3, 1],
  [5, 2, 4],
])(
  "of %i witnesses, %i of whom are enough, %i must be heard before anything is signed",
  (count, quorum, toHear) => {
    const witnesses = Array.from({ length: count }, () => ({ name: "", vkey: "", url: "" }));
    expect(witnessesToHear({ witnesses, quorum })).toBe(toHear);
  },
);
