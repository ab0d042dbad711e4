import { expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { planImports, victimsInTurns } from "./plan.ts";

test("kills are spread over imports, each of the victims that it was given", () => {
  const victims = victimsInTurns(["cli", "database", "gateway"], 10);
  const sizes = { killsOfAnImport: 4, firstNumber: 7 };
  const imports = planImports(new Random("plan", "test"), victims, sizes);
  expect(imports.map(({ name, kills }) => [name, kills.length])).toEqual([
    ["I7", 4],
    ["I8", 4],
    ["I9", 2],
  ]);
  expect(imports.flatMap(({ kills }) => kills.map(({ victim }) => victim))).toEqual(victims);
  expect(victims.filter((victim) => victim === "cli")).toHaveLength(4);
  expect(planImports(new Random("plan", "test"), [], sizes)).toEqual([]);
});
