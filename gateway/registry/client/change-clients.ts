import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import type { ClientRow } from "./client.store.ts";
import {
  type AskedChanges,
  assertClientName,
  assertRequestsPerMinute,
  type ClientKind,
  changedTerms,
  readClientRoles,
  unknownClient,
} from "./client.ts";

export interface AskedClient {
  name: string;
  kind: ClientKind;
  roles?: readonly string[] | null;
  requestsPerMinute?: number | null;
}

/** Adds a client, active and without keys. */
export async function addClient(context: Context, asked: AskedClient): Promise<ClientRow> {
  const { name, kind, requestsPerMinute = null } = asked;
  assertClientName(name);
  assertRequestsPerMinute(requestsPerMinute);
  const roles = readClientRoles(kind, asked.roles ?? (kind === "PARTNER" ? ["partner"] : []));
  return context.write(async ({ clients }) => {
    const client = { name, kind, roles, requestsPerMinute, isActive: true };
    const added = await clients.add(client, context.caller.subject);
    if (!added) {
      const text = `there is a client ${name} already`;
      throw new DomainError("BAD_USER_INPUT", text, { argument: "name" });
    }
    if (added.position > LIMITS.clientsOfTenant) {
      throw new DomainError(
        "LIMIT_EXCEEDED",
        `there are ${LIMITS.clientsOfTenant} clients already`,
      );
    }
    return added;
  });
}

/** Changes what a client may do, with a reason. */
export async function changeClient(
  context: Context,
  name: string,
  { changes, reason }: { changes: AskedChanges; reason: string },
): Promise<ClientRow> {
  const why = readReason(reason, LIMITS.reasonCharacters);
  return context.write(async ({ clients }) => {
    const client = await clients.lock(name);
    if (!client) throw unknownClient(name);
    const note = {
      kind: "CHANGED",
      about: null,
      actor: context.caller.subject,
      reason: why,
    } as const;
    return clients.revise(name, changedTerms(client, changes), note);
  });
}
