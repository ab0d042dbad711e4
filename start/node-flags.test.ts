import { expect, test } from "@jest/globals";
import { flagsForChild } from "./node-flags.ts";

test.each<[string, string[], string | undefined, string[]]>([
  ["has our own flags", [], undefined, ["--max-semi-space-size=64"]],
  ["has those of its parent too", ["--cpu-prof"], "", ["--max-semi-space-size=64", "--cpu-prof"]],
  [
    "keeps what was given to Node",
    ["--max-semi-space-size=16"],
    undefined,
    ["--max-semi-space-size=16"],
  ],
  ["keeps what NODE_OPTIONS says", [], "--max_semi_space_size=32", []],
])("a worker %s", (_, execArgv, options, expected) => {
  expect(flagsForChild(execArgv, { NODE_OPTIONS: options })).toEqual(expected);
});
