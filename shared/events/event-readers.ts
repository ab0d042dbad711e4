import type { Caller, CallerRole } from "../caller.ts";
import { DomainError } from "../domain-error.ts";

/**
 * Who may read events: whoever may read each thing that they tell of, of all of the tenant's
 * devices. Not the lines, which see no ownerships, and no partner, who sees what is shared alone.
 */
export const EVENT_READERS: readonly CallerRole[] = [
  "support",
  "recall_manager",
  "engineering",
  "compliance",
  "analyst",
  "admin",
];

/** Checks that a person or program may read events. */
export function assertMayReadEvents({ roles }: Caller): void {
  if (roles.some((role) => EVENT_READERS.includes(role))) return;
  throw new DomainError("FORBIDDEN", "your roles may not read events");
}

/** The gateway asks as itself, and without roles, for the webhooks that were added to it. */
export const GATEWAY_ITSELF = "gateway";

/** The same for a service: the gateway itself may, too. */
export function assertMayAskForEvents(caller: Caller): void {
  if (caller.roles.length === 0 && caller.subject === GATEWAY_ITSELF) return;
  assertMayReadEvents(caller);
}
