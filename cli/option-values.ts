import { InvalidArgumentError, Option } from "commander";
import { ROLES, type Role, TENANT_PATTERN } from "../shared/caller.ts";
import { parseTimestamp } from "../shared/time.ts";

/** The most of what is listed to a person, as --limit takes it. */
const LONGEST_LIST = 100_000;

/** An option that may be given several times; what it is given stands in a list, in that order. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(addTo).default([]);
}

/** The same for roles. */
export function roleOption(description: string, roles: readonly Role[] = ROLES): Option {
  const several = `${description}; may be given several times: ${roles.join(", ")}`;
  return listOption("--role <role>", several).argParser((word: string, known: Role[]) => {
    const role = roles.find((one) => one === word);
    if (!role) throw new InvalidArgumentError(`The roles are ${roles.join(", ")}.`);
    return known.includes(role) ? known : [...known, role];
  });
}

/** Adds what an option was given once more to what it was given before. */
function addTo(word: string, words: string[]): string[] {
  return [...words, word];
}

/** A time as the gateway takes it: RFC 3339 with its offset, or a day, which begins in UTC. */
export function readTime(text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  if (parseTimestamp(time) !== null) return time;
  throw new InvalidArgumentError("Give a time like 2027-01-01T00:00:00Z, or a day.");
}

/** The name of a tenant. */
export function readTenant(text: string): string {
  if (TENANT_PATTERN.test(text)) return text;
  throw new InvalidArgumentError("A tenant has 1 to 63 of a-z, 0-9 and -.");
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** What a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** A time that passes, like 30m or 6h, in milliseconds. */
export function readDuration(text: string): number {
  const [, amount, unit] = /^([1-9][0-9]{0,5})([smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * UNITS_MS[(unit ?? "s") as keyof typeof UNITS_MS];
  if (ms <= LONGEST_MS) return ms;
  throw new InvalidArgumentError("Give a number and s, m, h or d, like 6h, up to 24d.");
}

/** How many lines are told at most. */
export function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= LONGEST_LIST) return limit;
  throw new InvalidArgumentError(`Give a number from 1 to ${LONGEST_LIST}.`);
}

/** How long two keys or secrets are valid together. */
export function readHours(text: string): number {
  const hours = Number(text);
  if (/^\d+$/.test(text) && hours <= 720) return hours;
  throw new InvalidArgumentError("Give 0 to 720 hours.");
}
