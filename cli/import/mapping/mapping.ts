import { CliError } from "../../cli-error.ts";
import { nearestOf } from "../columns.ts";
import { type DateFormat, parseDateFormat } from "./date-format.ts";
import { TimeZone } from "./time-zone.ts";

/** The limits of a mapping file. */
export const MAPPING_LIMITS = {
  fields: 500,
  names: 1_000,
  values: 100_000,
  pattern: 1_000,
} as const;

/** What a mapping file says of somebody else's export: docs/import-mapping.schema.json. */
export interface Mapping {
  rules: readonly FieldRule[];
  /** Columns that are left out; `*` is every one that no rule names. */
  ignored: readonly string[] | "*";
  /** Of times without an offset. */
  timeZone: TimeZone | null;
}

/** Where the value of one field comes from, and what is done to it, in this order. */
export interface FieldRule {
  /** As the mapping spells it. */
  field: string;
  /** The column of the file, or the same value in every row. */
  from: { column: string } | { constant: string | number | boolean };
  /** Whether the column, or a part of it, may be missing. */
  isOptional: boolean;
  trims: boolean;
  /** One part of a text; parts are counted from 1. */
  split: { separator: string; part: number } | null;
  /** What its first group, or the whole of it, finds. */
  pattern: RegExp | null;
  dates: readonly DateFormat[] | null;
  timeZone: TimeZone | null;
  /** Words by the words that the file has for them; null says nothing. */
  values: ReadonlyMap<string, string | null> | null;
  otherwise: Otherwise;
}

/** What becomes of a value that is none of the `values`. */
export const OTHERWISE = ["REFUSE", "KEEP", "EMPTY"] as const;
export type Otherwise = (typeof OTHERWISE)[number];

/** The members of a mapping, and of the rule for one field. The JSON schema has the same. */
export const MAPPING_MEMBERS = ["$schema", "description", "fields", "ignore", "timeZone", "trim"];
export const RULE_MEMBERS = [
  "column",
  "constant",
  "optional",
  "trim",
  "split",
  "pattern",
  "date",
  "timeZone",
  "values",
  "otherwise",
];
const SPLIT_MEMBERS = ["separator", "part"];

type Json = Readonly<Record<string, unknown>>;

/** Reads a mapping whole, and tells everything that is wrong with its form. */
export function readMapping(value: unknown): Mapping {
  const problems: string[] = [];
  const mapping = new MappingReader(problems).read(value);
  if (problems.length > 0) throw invalidMapping(problems);
  return mapping;
}

export function invalidMapping(problems: readonly string[]): CliError {
  const told = problems.slice(0, 10).join("; ");
  const more = problems.length > 10 ? `; and ${problems.length - 10} more` : "";
  return new CliError("INVALID_MAPPING", `the mapping cannot be used: ${told}${more}`);
}

class MappingReader {
  constructor(private readonly problems: string[]) {}

  read(value: unknown): Mapping {
    const nothing: Mapping = { rules: [], ignored: [], timeZone: null };
    if (!isObject(value)) return this.#no("it is no JSON object", nothing);
    this.#assertMembers("the mapping", value, MAPPING_MEMBERS);
    const { fields, trim = false } = value;
    if (!isObject(fields)) return this.#no("it has no fields", nothing);
    const entries = Object.entries(fields);
    if (entries.length > MAPPING_LIMITS.fields) {
      return this.#no(`it has more than ${MAPPING_LIMITS.fields} fields`, nothing);
    }
    if (typeof trim !== "boolean") this.#no("trim is true or false", nothing);
    return {
      rules: entries.map(([field, rule]) => this.#rule(field, rule, trim === true)),
      ignored: this.#ignored(value.ignore),
      timeZone: this.#timeZone("timeZone", value.timeZone),
    };
  }

  #rule(field: string, given: unknown, trims: boolean): FieldRule {
    const rule: Json = typeof given === "string" ? { column: given } : isObject(given) ? given : {};
    const name = `the rule of ${JSON.stringify(field)}`;
    if (rule !== given && typeof given !== "string") this.#no(`${name} is no object`, null);
    this.#assertMembers(name, rule, RULE_MEMBERS);
    const { optional = false, trim = trims, otherwise = "REFUSE" } = rule;
    if (typeof optional !== "boolean") this.#no(`${name}: optional is true or false`, null);
    if (typeof trim !== "boolean") this.#no(`${name}: trim is true or false`, null);
    const word = OTHERWISE.find((one) => one === String(otherwise).toUpperCase());
    if (!word) this.#no(`${name}: otherwise is one of ${OTHERWISE.join(", ")}`, null);
    return {
      field,
      from: this.#from(name, rule),
      isOptional: optional === true,
      trims: trim === true,
      split: this.#split(name, rule.split),
      pattern: this.#pattern(name, rule.pattern),
      dates: this.#dates(name, rule.date),
      timeZone: this.#timeZone(`${name}: timeZone`, rule.timeZone),
      values: this.#values(name, rule.values),
      otherwise: word ?? "REFUSE",
    };
  }

  #from(name: string, { column, constant }: Json): FieldRule["from"] {
    const isConstant = ["string", "number", "boolean"].includes(typeof constant);
    if (column === undefined && isConstant) return { constant: constant as string };
    if (typeof column === "string" && constant === undefined) return { column };
    return this.#no(`${name} has either a column or a constant`, { constant: "" });
  }

  #split(name: string, split: unknown): FieldRule["split"] {
    if (split === undefined) return null;
    if (!isObject(split)) return this.#no(`${name}: split is no object`, null);
    this.#assertMembers(`${name}: split`, split, SPLIT_MEMBERS);
    const { separator, part } = split;
    const isSound = typeof separator === "string" && separator !== "";
    if (isSound && Number.isInteger(part) && Number(part) >= 1) {
      return { separator, part: Number(part) };
    }
    return this.#no(`${name}: split has a separator, and a part that counts from 1`, null);
  }

  #pattern(name: string, pattern: unknown): RegExp | null {
    if (pattern === undefined) return null;
    try {
      const isSound = typeof pattern === "string" && pattern.length <= MAPPING_LIMITS.pattern;
      if (isSound) return new RegExp(pattern, "u");
    } catch (error) {
      return this.#no(`${name}: ${(error as Error).message}`, null);
    }
    return this.#no(`${name}: pattern is a text of ${MAPPING_LIMITS.pattern} at most`, null);
  }

  #dates(name: string, date: unknown): readonly DateFormat[] | null {
    if (date === undefined) return null;
    const texts = Array.isArray(date) ? date : [date];
    const formats = texts.flatMap((text) => {
      const format = typeof text === "string" ? parseDateFormat(text) : { reason: "it is no text" };
      if (!("reason" in format)) return [format];
      return this.#no(`${name}: the date format ${JSON.stringify(text)}: ${format.reason}`, []);
    });
    return formats.length > 0 ? formats : this.#no(`${name}: date has no format`, null);
  }

  #timeZone(name: string, zone: unknown): TimeZone | null {
    if (zone === undefined) return null;
    const known = typeof zone === "string" ? TimeZone.named(zone) : null;
    return known ?? this.#no(`${name}: there is no time zone ${JSON.stringify(zone)}`, null);
  }

  #values(name: string, values: unknown): FieldRule["values"] {
    if (values === undefined) return null;
    if (!isObject(values)) return this.#no(`${name}: values is no object`, null);
    const entries = Object.entries(values);
    if (entries.length > MAPPING_LIMITS.values) {
      return this.#no(`${name}: it has more than ${MAPPING_LIMITS.values} values`, null);
    }
    if (entries.every(([, word]) => word === null || typeof word === "string")) {
      return new Map(entries as [string, string | null][]);
    }
    return this.#no(`${name}: the values of values are texts, or null`, null);
  }

  #ignored(ignore: unknown): Mapping["ignored"] {
    if (ignore === undefined) return [];
    if (ignore === "*") return ignore;
    const isSound = Array.isArray(ignore) && ignore.length <= MAPPING_LIMITS.names;
    if (isSound && ignore.every((name) => typeof name === "string")) return ignore;
    return this.#no('ignore is "*" or a list of columns', []);
  }

  #assertMembers(name: string, given: Json, known: readonly string[]): void {
    for (const member of Object.keys(given)) {
      if (known.includes(member)) continue;
      const nearest = nearestOf(member, known);
      const hint = nearest === null ? "" : ` (nearest: ${nearest})`;
      this.problems.push(`${name} has no member ${JSON.stringify(member)}${hint}`);
    }
  }

  #no<Value>(problem: string, instead: Value): Value {
    this.problems.push(problem);
    return instead;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
