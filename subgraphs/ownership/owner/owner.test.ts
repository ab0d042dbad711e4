import { expect, test } from "@jest/globals";
import { DomainError } from "../../../shared/domain-error.ts";
import { COUNTRIES } from "./country.ts";
import { type OwnerContactText, readContactChange, readNewOwner } from "./owner.ts";

const ada = { kind: "PERSON" as const, displayName: "Ada" };

/** The field that is refused, or null. */
function refusedField(more: object): unknown {
  try {
    readNewOwner({ ...ada, ...more });
    return null;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "INVALID_VALUE") throw error;
    return error.details.field;
  }
}

test.each<[field: string, value: string, isGood: boolean]>([
  ["displayName", "Zoë O’Brien-Ñandú", true],
  ["displayName", "株式会社サンプル", true],
  ["displayName", "", false],
  ["displayName", " Ada", false],
  ["displayName", "A\u0000da", false],
  ["displayName", "Ada\n", false],
  ["displayName", "A\u202eda", false],
  ["displayName", "A\ud800", false],
  ["displayName", "x".repeat(200), true],
  ["displayName", "x".repeat(201), false],
  ["country", "IT", true],
  ["country", "it", false],
  ["country", "ZZ", false],
  ["country", "EU", false],
  ["country", "", false],
  ["email", "a@b.io", true],
  ["email", "first.last+tag@mail.example.co.uk", true],
  ["email", "josé@exämple.com", true],
  ["email", "a@b", false],
  ["email", "@example.com", false],
  ["email", "a@@example.com", false],
  ["email", "a b@example.com", false],
  ["email", "a@example.com\r\nBcc: x@y.z", false],
  ["email", "a@-example.com", false],
  ["email", ".a@example.com", false],
  ["email", `${"x".repeat(65)}@example.com`, false],
  ["email", `a@${"x.".repeat(200)}com`, false],
  ["phone", "+39 055 123456", true],
  ["phone", "+1 (555) 010-9999", true],
  ["phone", "+4915112345678", true],
  ["phone", "055 123456", false],
  ["phone", "+0123456789", false],
  ["phone", "+39", false],
  ["phone", "+391234567890123456", false],
  ["phone", "+39 055 CALL ME", false],
  ["address", "Via Roma 1\n50100 Firenze", true],
  ["address", "Via\tRoma", false],
  ["address", "x".repeat(501), false],
])("%s %j is good: %s", (field, value, isGood) => {
  expect(refusedField({ [field]: value })).toBe(isGood ? null : field);
});

test("a refusal does not repeat what was given", () => {
  for (const field of ["displayName", "country", "email", "phone", "address"]) {
    expect(() => readNewOwner({ ...ada, [field]: "secret\u0007value" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  }
});

test("what is not given is null", () => {
  const nothing = { country: null, email: null, phone: null, address: null };
  expect(readNewOwner(ada)).toEqual({ ...ada, ...nothing });
});

test.each<[given: OwnerContactText, change: object | string]>([
  [{ email: "a@b.io" }, { email: "a@b.io" }],
  [{ email: null, phone: undefined as never }, { email: null }],
  [
    { displayName: "Zoë", address: null },
    { displayName: "Zoë", address: null },
  ],
  [{ displayName: null }, "FIELD_REQUIRED"],
  [{ displayName: "" }, "INVALID_VALUE"],
  [{ displayName: "A\u202eda" }, "INVALID_VALUE"],
  [{ email: "a@b" }, "INVALID_VALUE"],
  [{ email: "" }, "INVALID_VALUE"],
  [{ phone: "055 123456" }, "INVALID_VALUE"],
  [{ address: "Via\tRoma" }, "INVALID_VALUE"],
  [{}, "NOTHING_TO_CHANGE"],
  [{ email: undefined as never }, "NOTHING_TO_CHANGE"],
])("a change %j is read as %j", (given, change) => {
  if (typeof change !== "string") return expect(readContactChange(given)).toEqual(change);
  return expect(() => readContactChange(given)).toThrow(expect.objectContaining({ code: change }));
});

test("a long text that is no e-mail address is refused at once", () => {
  const started = performance.now();
  expect(refusedField({ email: `a@${"a-".repeat(50_000)}` })).toBe("email");
  expect(refusedField({ phone: `+${"1 ".repeat(50_000)}x` })).toBe("phone");
  expect(performance.now() - started).toBeLessThan(200);
});

test("there are 249 countries", () => {
  expect(COUNTRIES.size).toBe(249);
});
