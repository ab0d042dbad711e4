import { expect, test } from "@jest/globals";
import { styleOfFormat } from "./cell-style.ts";

test.each([
  ["General", "number"],
  ["0.00", "number"],
  ['#,##0 "days"', "number"],
  ["[Red]0.0;[Blue]-0.0", "number"],
  ['_(* #,##0.00_);_("$"* (#,##0.00)', "number"],
  ["0.00E+00", "number"],
  ["@", "number"],
  ["0000000", "padded 7"],
  ["dd/mm/yyyy", "day"],
  ["[$-409]d-mmm-yy;@", "day"],
  ["yyyy\\-mm\\-dd\\ hh:mm:ss", "day clock"],
  ["m/d/yy h:mm AM/PM", "day clock"],
  ["mmm yyyy", "day"],
  ["hh:mm", "clock"],
  ["[h]:mm:ss", "clock"],
  ["mm:ss.0", "clock"],
  ['"made on "dd.mm.', "day"],
])("the format %j is of a %s", (code, kind) => {
  const style = styleOfFormat(code);
  const words = {
    number: () => "number",
    unreadable: () => "",
    padded: () => `padded ${"digits" in style ? style.digits : ""}`,
    time: () =>
      "showsDay" in style
        ? [style.showsDay && "day", style.showsClock && "clock"].filter(Boolean).join(" ")
        : "",
  };
  expect(words[style.kind]()).toBe(kind);
});

test("a format that is longer than any says nothing, and is judged at once", () => {
  expect(styleOfFormat("0".repeat(255))).toEqual({ kind: "padded", digits: 255 });
  expect(styleOfFormat("0".repeat(256))).toEqual({ kind: "unreadable" });
  const began = performance.now();
  expect(styleOfFormat("[".repeat(1_000_000))).toEqual({ kind: "unreadable" });
  expect(performance.now() - began).toBeLessThan(1_000);
});
