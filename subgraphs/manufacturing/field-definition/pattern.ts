import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import { LIMITS } from "../limits.ts";

/**
 * The most ways in which a pattern may try one value. Who defines patterns is trusted to mean well,
 * not to know which ones a backtracking matcher takes years for.
 */
const MOST_WAYS = 100_000;

const compiled = new Map<string, RegExp>();

/** A pattern as tested: anchored at both ends, in Unicode mode. */
export function compilePattern(pattern: string): RegExp {
  let regExp = compiled.get(pattern);
  if (!regExp) {
    regExp = new RegExp(`^(?:${pattern})$`, "u");
    if (compiled.size > 1_000) compiled.clear();
    compiled.set(pattern, regExp);
  }
  return regExp;
}

/** Refuses a pattern that is none, or that could take long on a value. */
export function assertSafePattern(pattern: string): void {
  const refuse = (why: string) => {
    throw new DomainError("INVALID_VALUE", `pattern ${excerpt(pattern)} ${why}`, {
      field: "pattern",
    });
  };
  if (pattern.length < 1 || pattern.length > LIMITS.patternCharacters) {
    refuse(`must have 1 to ${LIMITS.patternCharacters} characters`);
  }
  try {
    // By itself first: `a)|(b` is an expression only between the anchors.
    new RegExp(pattern, "u");
    compilePattern(pattern);
  } catch {
    refuse("is not a regular expression");
  }
  const why = complaint(pattern);
  if (why) refuse(why);
}

// One part of a pattern: an escape, a class, the start of a group, a quantifier, or a character.
const PART =
  /\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\k<|\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|\(\?|\(|\)[*+?{]|\)|\||[*+?]|\{(\d+)(,?)(\d*)\}|./gsu;

/** What makes a pattern dangerous: repeated groups, look-around, back references, too many choices. */
function complaint(pattern: string): string | null {
  let ways = 1;
  for (const [part, least, comma, most] of pattern.matchAll(PART)) {
    if (/^\\([1-9]|k<)/.test(part)) return "refers back to a group";
    if (part === "(?") return "looks around; only (…) and (?:…) are allowed";
    if (part.startsWith(")") && part.length === 2)
      return "repeats a group; repeat single characters";
    if (part === "|" || part === "?") ways *= 2;
    if (part === "*" || part === "+") ways *= LIMITS.groupValueCharacters;
    if (least !== undefined && comma) {
      ways *= most ? Number(most) - Number(least) + 1 : LIMITS.groupValueCharacters;
    }
    if (ways > MOST_WAYS) return "has too many open repetitions or alternatives";
  }
  return null;
}
