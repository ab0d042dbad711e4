import { createHash } from "node:crypto";
import { DomainError } from "../../../shared/domain-error.ts";
import { canonicalJson } from "../../../shared/ledger/canonical-json.ts";

/** SHA-256 of what is asked, over RFC 8785 canonical JSON: the order of keys does not matter. */
export function contentHash(operation: string, input: unknown): string {
  return createHash("sha256")
    .update(canonicalText([operation, input]))
    .digest("hex");
}

function canonicalText(content: unknown): string {
  try {
    // Members may be undefined: plain JSON first.
    return quickText(content) ?? wellFormedText(JSON.parse(JSON.stringify(content)));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DomainError("BAD_USER_INPUT", "the input is nested too deep", { argument: "input" });
  }
}

function wellFormedText(content: unknown): string {
  try {
    return canonicalJson(content);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // RFC 8785 knows no lone surrogates; rows that have them are refused, but hashed before.
    return canonicalJson(withEscapedSurrogates(content));
  }
}

/**
 * The same text by JSON.stringify, which writes numbers and texts as RFC 8785 has them, once names
 * stand in their order: in a third of the time. null where that is not certain.
 */
function quickText(content: unknown): string | null {
  const ordering = new Ordering();
  const text = JSON.stringify(ordering.ordered(content, 0));
  // Lone surrogates would be escaped, and RFC 8785 has none.
  return ordering.isCertain && !text.includes("\\ud") ? text : null;
}

/** No row is nested deeper that is not refused. */
const QUICK_DEPTH = 32;

/** Puts the names of all objects in order. */
class Ordering {
  isCertain = true;
  /** Of the last object at each depth, the names as they came and in order: rows are alike. */
  private readonly last: { came: readonly string[]; sorted: readonly string[] }[] = [];

  ordered(value: unknown, depth: number): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (depth > QUICK_DEPTH) this.isCertain = false;
    if (!this.isCertain) return null;
    if (Array.isArray(value)) return value.map((item) => this.ordered(item, depth + 1));
    const given = value as Readonly<Record<string, unknown>>;
    const made: Record<string, unknown> = {};
    for (const name of this.sorted(Object.keys(given), depth)) {
      made[name] = this.ordered(given[name], depth + 1);
    }
    return made;
  }

  private sorted(names: readonly string[], depth: number): readonly string[] {
    const last = this.last[depth];
    const isAlike =
      last?.came.length === names.length && names.every((name, at) => name === last.came[at]);
    if (isAlike) return last.sorted;
    const sorted = [...names].sort();
    // JavaScript puts numbers before all other names, and takes this one for something else.
    if (sorted.some((name) => /^\d+$/.test(name) || name === "__proto__")) this.isCertain = false;
    this.last[depth] = { came: names, sorted };
    return sorted;
  }
}

function withEscapedSurrogates(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\p{Cs}/gu, escapeSurrogate);
  if (Array.isArray(value)) return value.map(withEscapedSurrogates);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    withEscapedSurrogates(key),
    withEscapedSurrogates(inner),
  ]);
  return Object.fromEntries(entries);
}

function escapeSurrogate(surrogate: string): string {
  return JSON.stringify(surrogate);
}
