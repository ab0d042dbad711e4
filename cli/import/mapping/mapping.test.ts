import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { resolveColumns } from "../columns.ts";
import type { FieldDefinition } from "../field-definitions.ts";
import type { FileRow } from "../row.ts";
import { assertColumns, bindRules, ownColumns, unknownFields } from "./bind-mapping.ts";
import { mapRow } from "./map-row.ts";
import { readMapping } from "./mapping.ts";
import { TimeZone } from "./time-zone.ts";

function row(cells: Record<string, unknown>): FileRow {
  return { line: 2, cells: new Map(Object.entries(cells)), defect: null };
}

/** What the fields of one row become. */
function mapped(json: object, cells: Record<string, unknown>, definitions: FieldDefinition[] = []) {
  const mapping = readMapping(json);
  const columns = Object.keys(cells);
  assertColumns(mapping, columns);
  const own = ownColumns(mapping, columns);
  const names = [...mapping.rules.map(({ field }) => field), ...own];
  const { targets, unknown } = resolveColumns(names, definitions, "record");
  if (unknown.length > 0) throw unknownFields(unknown);
  const rules = bindRules(mapping, targets, TimeZone.named("UTC"));
  const { cells: made, defect } = mapRow(row(cells), rules, own);
  return defect ? `${defect.field}: ${defect.reason}` : Object.fromEntries(made);
}

describe("a rule makes a field of a column", () => {
  test.each<[what: string, rule: unknown, cell: unknown, value: unknown]>([
    ["renamed", "A", "x", "x"],
    ["an empty cell stays empty", { column: "A", values: { x: "y" } }, "", ""],
    ["a type of JSON stays", "A", 5, 5],
    ["a constant", { constant: "Torino" }, "x", "Torino"],
    ["trimmed", { column: "A", trim: true }, " x ", "x"],
    ["the second part", { column: "A", split: { separator: "/", part: 2 } }, "M-1/B", "B"],
    [
      "a part that is missing",
      { column: "A", split: { separator: "/", part: 2 } },
      "M-1",
      'A: "M-1" has no such part',
    ],
    [
      "a part that may be missing",
      { column: "A", optional: true, split: { separator: "/", part: 2 } },
      "M-1",
      "",
    ],
    ["a pattern's group", { column: "A", pattern: "^[A-Z]+-(\\d+)" }, "MX-77-B", "77"],
    ["a pattern as a whole", { column: "A", pattern: "\\d+" }, "MX-77-B", "77"],
    ["no match", { column: "A", pattern: "^\\d+$" }, "x", 'A: "x" has no such part'],
    [
      "split, then matched",
      { column: "A", split: { separator: "/", part: 2 }, pattern: "\\d+" },
      "1/rev 2",
      "2",
    ],
    ["a word for a word", { column: "A", values: { "20": "TESTING" } }, 20, "TESTING"],
    ["a word for nothing", { column: "A", values: { "n/a": null } }, "n/a", ""],
    [
      "a word that is unknown",
      { column: "A", values: { a: "b" } },
      "c",
      'A: "c" is none of the values of the mapping',
    ],
    ["kept", { column: "A", values: { a: "b" }, otherwise: "keep" }, "c", "c"],
    ["emptied", { column: "A", values: { a: "b" }, otherwise: "EMPTY" }, "c", ""],
    [
      "an object",
      { column: "A", trim: true },
      { a: 1 },
      "A: a list or an object stands where a value belongs",
    ],
  ])("%s", (_, rule, cell, value) => {
    const made = mapped({ fields: { lotCode: rule }, ignore: "*" }, { A: cell });
    expect(typeof made === "string" ? made : made.lotCode).toEqual(value);
  });

  test("a date becomes a moment, or a day where the field takes days", () => {
    const built = { name: "built", type: "DATE", retiredAt: null } as FieldDefinition;
    const rule = { column: "Datum", date: ["dd.MM.yyyy HH:mm", "dd.MM.yyyy"] };
    const fields = { producedAt: { ...rule, timeZone: "Europe/Rome" }, built: rule };
    expect(mapped({ fields }, { Datum: "31.01.2026 00:30" }, [built])).toEqual({
      producedAt: "2026-01-30T23:30:00.000000Z",
      built: "2026-01-31",
    });
    expect(mapped({ fields }, { Datum: "Januar" }, [built])).toBe(
      'Datum: "Januar" is no day of the form dd.MM.yyyy HH:mm, dd.MM.yyyy',
    );
  });

  test("a column that no rule names is read by its own name, unless it is ignored", () => {
    const json = { fields: { serialNumber: "No" }, ignore: ["Note"] };
    expect(mapped(json, { No: "SN-1", Note: "x", lot_code: "L-1", "refused.line": "2" })).toEqual({
      serialNumber: "SN-1",
      lot_code: "L-1",
    });
  });

  test("an init key is told in no reason", () => {
    const rule = { column: "K", values: {} };
    const made = mapped({ fields: { "provision.init_key": rule } }, { K: "the secret itself" });
    expect(made).toBe("K: the value is none of the values of the mapping");
  });
});

describe("a mapping is refused whole, by what is wrong in it", () => {
  test.each<[json: unknown, reason: string]>([
    [[], "no JSON object"],
    [{}, "it has no fields"],
    [{ feilds: {} }, 'no member "feilds" (nearest: fields)'],
    [{ fields: { lotCode: { colum: "A" } } }, 'no member "colum" (nearest: column)'],
    [{ fields: { lotCode: 5 } }, "no object"],
    [{ fields: { lotCode: {} } }, "either a column or a constant"],
    [{ fields: { lotCode: { column: "A", constant: "x" } } }, "either a column or a constant"],
    [{ fields: { lotCode: { column: "A", split: { separator: "", part: 1 } } } }, "separator"],
    [{ fields: { lotCode: { column: "A", split: { separator: "/", part: 0 } } } }, "part"],
    [{ fields: { lotCode: { column: "A", pattern: "(" } } }, "Invalid regular expression"],
    [{ fields: { producedAt: { column: "A", date: "YYYY" } } }, '"Y" is none of'],
    [{ fields: { lotCode: { column: "A", values: { a: 1 } } } }, "texts, or null"],
    [{ fields: { lotCode: { column: "A", otherwise: "drop" } } }, "REFUSE, KEEP, EMPTY"],
    [{ fields: {}, timeZone: "Europe/Rom" }, 'no time zone "Europe/Rom"'],
    [{ fields: {}, ignore: "A" }, "ignore"],
  ])("%j: %s", (json, reason) => {
    expect(() => readMapping(json)).toThrow(reason);
    expect(() => readMapping(json)).toThrow(expect.objectContaining({ code: "INVALID_MAPPING" }));
  });

  test("unknown columns and fields are named, with the nearest known ones", () => {
    expect(() => mapped({ fields: { lotCode: "Chrage" } }, { Charge: "x" })).toThrow(
      '"Chrage" (nearest: "Charge")',
    );
    expect(() => mapped({ fields: {}, ignore: ["Notes"] }, { Note: "x" })).toThrow(
      '"Notes" (nearest: "Note")',
    );
    expect(() => mapped({ fields: { lotCod: "A" } }, { A: "x" })).toThrow(
      'no field "lotCod" (nearest: lotCode)',
    );
    expect(() => mapped({ fields: { lotCode: "A" } }, { A: "x", lotCode: "y" })).toThrow(
      "ignore one",
    );
    expect(() => mapped({ fields: { lotCode: "A", lot_code: "B" } }, { A: "x", B: "y" })).toThrow(
      "both mean lotCode",
    );
  });

  test("a date without an offset needs a time zone, before the first row", () => {
    const mapping = readMapping({ fields: { producedAt: { column: "A", date: "dd.MM.yyyy" } } });
    const { targets } = resolveColumns(["producedAt"], [], "record");
    expect(() => bindRules(mapping, targets, null)).toThrow("give a timeZone");
    expect(bindRules(mapping, targets, TimeZone.named("UTC"))).toHaveLength(1);
  });

  test("whatever JSON it is, it is read or refused as a mapping", () => {
    const rule = fc.record(
      {
        column: fc.oneof(fc.string(), fc.integer()),
        constant: fc.oneof(fc.string(), fc.boolean(), fc.constant(null)),
        split: fc.oneof(fc.string(), fc.record({ separator: fc.string(), part: fc.integer() })),
        pattern: fc.string(),
        date: fc.oneof(fc.string(), fc.array(fc.string())),
        values: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.constant(null), fc.integer())),
        otherwise: fc.string(),
      },
      { requiredKeys: [] },
    );
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({ fields: fc.dictionary(fc.string(), fc.oneof(rule, fc.string())) }),
    );
    fc.assert(
      fc.property(json, fc.dictionary(fc.string(), fc.string()), (value, cells) => {
        try {
          const { rules } = readMapping(value);
          mapRow(
            row(cells),
            rules.map((rule) => ({ rule, takesDay: false, zone: null })),
            [],
          );
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_MAPPING" });
        }
      }),
    );
  });
});
