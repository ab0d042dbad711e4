import { isRole, type Role } from "../../../shared/caller.ts";
import { CLIENT_NAME_RULE, isClientName } from "../../../shared/client-name.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/** An app is a program of the maker's own; a partner is somebody else's. */
export const CLIENT_KINDS = ["APP", "PARTNER"] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** What a revision of a client is about. */
export const CLIENT_CHANGE_KINDS = [
  "ADDED",
  "CHANGED",
  "KEY_ADDED",
  "KEY_ROTATED",
  "KEY_REVOKED",
  "DOCUMENTS_PUBLISHED",
  "DOCUMENTS_RETIRED",
] as const;
export type ClientChangeKind = (typeof CLIENT_CHANGE_KINDS)[number];

/** Checks that a client can have this name. */
export function assertClientName(text: string): void {
  if (isClientName(text)) return;
  const message = `a client's name ${CLIENT_NAME_RULE}`;
  throw new DomainError("BAD_USER_INPUT", message, { argument: "name" });
}

/** The roles that a client of this kind may have, each once. */
export function readClientRoles(kind: ClientKind, words: readonly string[]): Role[] {
  const roles = [...new Set(words)];
  const unknown = roles.find((word) => !isRole(word));
  if (unknown !== undefined) throw badRoles(`${JSON.stringify(unknown.slice(0, 40))} is no role`);
  if (kind === "PARTNER") {
    if (roles.length === 1 && roles[0] === "partner") return ["partner"];
    throw badRoles("a partner has the role partner, and no other");
  }
  if (roles.length === 0) throw badRoles("an app needs at least one role");
  if (roles.includes("partner")) throw badRoles("an app cannot have the role partner");
  return roles.filter(isRole);
}

function badRoles(text: string): DomainError {
  return new DomainError("BAD_USER_INPUT", text, { argument: "roles" });
}

/** Checks a client's own rate; null is the rate that everybody has. */
export function assertRequestsPerMinute(rate: number | null): void {
  const most = LIMITS.requestsPerMinute;
  if (rate === null || (Number.isInteger(rate) && rate >= 1 && rate <= most)) return;
  const text = `requestsPerMinute is 1 to ${most}, not ${rate}`;
  throw new DomainError("BAD_USER_INPUT", text, { argument: "requestsPerMinute" });
}

/** What can be changed of a client. */
export interface ClientTerms {
  roles: readonly Role[];
  requestsPerMinute: number | null;
  isActive: boolean;
}

/** What was asked to be changed; null or absent: what is there stays, but for the rate's null. */
export interface AskedChanges {
  roles?: readonly string[] | null;
  requestsPerMinute?: number | null;
  isActive?: boolean | null;
}

/** The client's terms after the change. Throws where nothing would differ. */
export function changedTerms(
  client: ClientTerms & { name: string; kind: ClientKind },
  asked: AskedChanges,
): ClientTerms {
  const { requestsPerMinute = client.requestsPerMinute } = asked;
  assertRequestsPerMinute(requestsPerMinute);
  const roles = asked.roles ? readClientRoles(client.kind, asked.roles) : client.roles;
  const isActive = asked.isActive ?? client.isActive;
  const isSame =
    requestsPerMinute === client.requestsPerMinute &&
    isActive === client.isActive &&
    [...roles].sort().join() === [...client.roles].sort().join();
  if (isSame) throw new DomainError("NOTHING_TO_CHANGE", `${client.name} is like that already`);
  return { roles, requestsPerMinute, isActive };
}

export function unknownClient(name: string): DomainError {
  return new DomainError("NOT_FOUND", `there is no client ${JSON.stringify(name.slice(0, 100))}`);
}
