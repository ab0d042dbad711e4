import { type Person, personText } from "../../shared/ledger-store/commitment.ts";
import type { AccessLine } from "./access-line.ts";

/**
 * By what key a line's caller is committed to. An owner has one of his own, apart from that which
 * the same subject has where it works for the maker: it can be destroyed, and the other one stays.
 */
export function keyNameOf({ subject, roles }: Pick<AccessLine, "subject" | "roles">): string {
  return roles.includes("owner") ? ownerKeyName(subject) : subject;
}

export function ownerKeyName(subject: string): string {
  return `owner:${subject}`;
}

/** How a line names who asked: staff by subject, an owner by nothing that is his. */
export function subjectInLine(
  line: Pick<AccessLine, "subject" | "roles">,
  person: Pick<Person, "actor">,
): string {
  return line.roles.includes("owner") ? personText(person.actor) : line.subject;
}
