import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Context, Stores } from "../context.ts";
import { LIMITS } from "../limits.ts";
import type { ClientRow } from "./client.store.ts";
import { unknownClient } from "./client.ts";
import type { ClientKeyRow } from "./client-key.store.ts";
import {
  assertEndsLater,
  assertMayHaveMore,
  assertOverlapHours,
  keyTextOf,
  last4Of,
  newKeyText,
  secretHash,
} from "./client-key.ts";

/** A key that was just made; its text is nowhere else. */
export interface MadeKey {
  text: string;
  key: ClientKeyRow;
  client: ClientRow;
}

/** Gives a client one more key, where it has less than two valid ones. */
export async function addClientKey(
  context: Context,
  name: string,
  expiresAt: Timestamp | null,
): Promise<MadeKey> {
  assertEndsLater(expiresAt);
  return context.write(async (stores) => {
    const client = await lock(stores, name);
    assertMayHaveMore(name, await stores.keys.valid(name));
    return make(context, stores, { client, expiresAt, kind: "KEY_ADDED" });
  });
}

/** Gives a client a new key; its present one ends after the overlap. */
export async function rotateClientKey(
  context: Context,
  name: string,
  { overlapHours, expiresAt }: { overlapHours: number; expiresAt: Timestamp | null },
): Promise<MadeKey> {
  assertOverlapHours(overlapHours);
  assertEndsLater(expiresAt);
  return context.write(async (stores) => {
    const client = await lock(stores, name);
    const valid = await stores.keys.valid(name);
    assertMayHaveMore(name, valid);
    const [present] = valid;
    if (!present) {
      const text = `${name} has no valid key that could be rotated: add one`;
      throw new DomainError("NOT_FOUND", text);
    }
    await stores.keys.endWithin(present.keyId, overlapHours);
    return make(context, stores, { client, expiresAt, kind: "KEY_ROTATED" });
  });
}

/** Ends a key at once. */
export async function revokeClientKey(
  context: Context,
  keyId: string,
  reason: string,
): Promise<ClientKeyRow> {
  const why = readReason(reason, LIMITS.reasonCharacters);
  const unknown = new DomainError("NOT_FOUND", "there is no such key");
  if (!/^[0-9a-f]{16}$/.test(keyId)) throw unknown;
  return context.write(async (stores) => {
    const name = await stores.keys.clientOf(keyId);
    if (name === null) throw unknown;
    const client = await lock(stores, name);
    const revoked = await stores.keys.revoke(keyId);
    if (!revoked) throw new DomainError("NOTHING_TO_CHANGE", `the key ${keyId} is revoked already`);
    const actor = context.caller.subject;
    const note = { kind: "KEY_REVOKED", about: keyId, actor, reason: why } as const;
    await stores.clients.revise(name, client, note);
    return revoked;
  });
}

/** Keys of one client are changed one after the other: its row is held meanwhile. */
async function lock({ clients }: Stores, name: string): Promise<ClientRow> {
  const client = await clients.lock(name);
  if (!client) throw unknownClient(name);
  return client;
}

interface KeyToMake {
  client: ClientRow;
  expiresAt: Timestamp | null;
  kind: "KEY_ADDED" | "KEY_ROTATED";
}

async function make(
  { caller }: Context,
  { clients, keys }: Stores,
  { client, expiresAt, kind }: KeyToMake,
): Promise<MadeKey> {
  const text = newKeyText(caller.tenant);
  const key = await keys.add({
    keyId: text.keyId,
    client: client.name,
    secretHash: secretHash(text.secret),
    last4: last4Of(text.secret),
    createdBy: caller.subject,
    expiresAt,
  });
  const note = { kind, about: text.keyId, actor: caller.subject, reason: null };
  const revised = await clients.revise(client.name, client, note);
  return { text: keyTextOf(text), key, client: revised };
}
