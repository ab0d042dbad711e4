import { DomainError } from "../../../shared/domain-error.ts";
import { readReason } from "../../../shared/reason.ts";
import type { ClientRow } from "../client/client.store.ts";
import { unknownClient } from "../client/client.ts";
import type { Context, Stores } from "../context.ts";
import { LIMITS } from "../limits.ts";

export interface AskedRetirement {
  client: string;
  version: string | null;
  ids: readonly string[] | null;
  reason: string;
}
export interface Retirement {
  client: ClientRow;
  retired: number;
}

/** Takes a whole version, or single documents, out of use. */
export async function retireDocuments(
  context: Context,
  { client: name, version, ids, reason }: AskedRetirement,
): Promise<Retirement> {
  const why = readReason(reason, LIMITS.reasonCharacters);
  if ((version === null) === (ids === null)) {
    throw new DomainError("BAD_USER_INPUT", "give a version or ids: one of the two");
  }
  return context.write(async (stores) => {
    const client = await stores.clients.lock(name);
    if (!client) throw unknownClient(name);
    const before = await stores.publications.live(name);
    if (version !== null) await retireVersion(stores, name, version);
    else await retireSome(stores, name, ids ?? []);
    const retired = before - (await stores.publications.live(name));
    const about = version ?? (ids ?? []).join(" ").slice(0, 1_000);
    const actor = context.caller.subject;
    const note = { kind: "DOCUMENTS_RETIRED", about, actor, reason: why } as const;
    return { client: await stores.clients.revise(name, client, note), retired };
  });
}

async function retireVersion(
  { publications }: Stores,
  client: string,
  version: string,
): Promise<void> {
  const known = version.length <= LIMITS.versionCharacters && !version.includes("\u0000");
  const standing = known ? await publications.version(client, version) : null;
  if (!standing) throw new DomainError("NOT_FOUND", `${client} has no version like that`);
  if (await publications.retireVersion(client, version)) return;
  throw new DomainError("NOTHING_TO_CHANGE", `version ${version} of ${client} is retired already`);
}

async function retireSome(
  { publications }: Stores,
  client: string,
  ids: readonly string[],
): Promise<void> {
  const most = LIMITS.documentsOfPublication;
  if (ids.length < 1 || ids.length > most) {
    throw new DomainError("BAD_USER_INPUT", `give 1 to ${most} ids, not ${ids.length}`);
  }
  const possible = ids.filter(
    (id) => id.length <= LIMITS.documentIdCharacters && !id.includes("\u0000"),
  );
  const standing = await publications.standing(client, "", possible);
  const unknown = ids.find((id) => !standing.some(({ documentId }) => documentId === id));
  if (unknown !== undefined) {
    const text = `${client} has no document ${JSON.stringify(unknown.slice(0, 100))}`;
    throw new DomainError("NOT_FOUND", text);
  }
  if (standing.every(({ isRetired }) => isRetired)) {
    throw new DomainError("NOTHING_TO_CHANGE", "these documents are retired already");
  }
  await publications.retire(client, ids);
}
