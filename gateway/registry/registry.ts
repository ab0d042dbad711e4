import type { Role } from "../../shared/caller.ts";

/** An app or a partner that is known here. */
export interface RegisteredClient {
  tenant: string;
  name: string;
  kind: "APP" | "PARTNER";
  roles: readonly Role[];
  /** null: what everybody may. */
  requestsPerMinute: number | null;
  isActive: boolean;
}

/** A document that a client may run by its id. */
export interface PublishedDocument {
  id: string;
  text: string;
  operationName: string | null;
  /** The greatest number, or length of a list, by variable. */
  variableLimits: Readonly<Record<string, number>>;
  isRetired: boolean;
}

/**
 * What a request's way asks the registry. Answers come from a memory that is at most 10 s old; where
 * nothing is remembered and the database cannot be asked, DATABASE_UNAVAILABLE.
 */
export interface Registry {
  /** The client of an API key; null where the key is unknown, revoked or over, or the client inactive. */
  clientOfKey(key: string): Promise<RegisteredClient | null>;
  client(tenant: string, name: string): Promise<RegisteredClient | null>;
  document(tenant: string, client: string, id: string): Promise<PublishedDocument | null>;
}
