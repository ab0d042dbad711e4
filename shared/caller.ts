/**
 * Roles that a token can carry. `service` is not among them: only another service of ours,
 * vouched for by its signature, has it.
 */
export const ROLES = [
  "line",
  "support",
  "recall_manager",
  "engineering",
  "compliance",
  "analyst",
  "partner",
  "regulator",
  "owner",
  "admin",
] as const;
export type Role = (typeof ROLES)[number];
export type CallerRole = Role | "service";

/** The roles of people who work for the maker: they see all of their tenant's rows. */
export const STAFF: readonly Role[] = [
  "line",
  "support",
  "recall_manager",
  "engineering",
  "compliance",
  "analyst",
  "admin",
];

/** Who asks. Made from a token at the gateway, and vouched for to the subgraphs. */
export interface Caller {
  /** The token's subject: a pseudonym of a person, or the name of a machine or service. */
  readonly subject: string;
  /** The one tenant in which this request acts. */
  readonly tenant: string;
  readonly roles: readonly CallerRole[];
  /** The client program, as the issuer names it. */
  readonly client: string | null;
}

export function isRole(word: string): word is Role {
  return (ROLES as readonly string[]).includes(word);
}

/** A service of ours that asks another one, for itself or on behalf of a caller. */
export function serviceCaller(service: string, tenant: string): Caller {
  return { subject: `service:${service}`, tenant, roles: ["service"], client: null };
}

/** Tenant names stand in connection settings and tokens: short, plain, never empty. */
export const TENANT_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;
