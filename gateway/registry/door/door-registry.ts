import { TENANT_PATTERN } from "../../../shared/caller.ts";
import { isClientName } from "../../../shared/client-name.ts";
import type { Database } from "../../../shared/postgres/database.ts";
import { now } from "../../../shared/time.ts";
import { ClientKeyStore } from "../client/client-key.store.ts";
import { isSecretOf, readKeyText } from "../client/client-key.ts";
import { LIMITS } from "../limits.ts";
import type { PublishedDocument, RegisteredClient, Registry } from "../registry.ts";
import { DoorStore, type KnownKey } from "./door.store.ts";
import { KeyUses } from "./key-uses.ts";
import { Remembered } from "./remembered.ts";

export interface DoorDatabases {
  /** As gateway_app, bound to the tenant. */
  app: Database;
  /** As gateway_door, which sees the keys of all: whoever knocks may name any tenant. */
  door: Database;
}

/** The registry as the way of a request asks it, out of a short memory. */
export class DoorRegistry implements Registry {
  private readonly keys = new Remembered<KnownKey | null>({
    mostMs: LIMITS.rememberedMs,
    mostWeight: LIMITS.rememberedKeys,
  });
  private readonly clients = new Remembered<RegisteredClient | null>({
    mostMs: LIMITS.rememberedMs,
    mostWeight: LIMITS.rememberedClients,
  });
  private readonly documents = new Remembered<PublishedDocument | null>({
    mostMs: LIMITS.rememberedMs,
    mostWeight: LIMITS.rememberedDocumentCharacters,
    weightOf: (document) => 1_000 + (document?.text.length ?? 0),
  });
  private readonly uses: KeyUses;

  constructor(private readonly databases: DoorDatabases) {
    this.uses = new KeyUses({
      everyMs: LIMITS.keyUseMs,
      write: (tenant, keyId) =>
        new ClientKeyStore(databases.app.tenant(tenant), tenant).noteUse(keyId),
    });
  }

  async clientOfKey(text: string): Promise<RegisteredClient | null> {
    const key = readKeyText(text);
    if (!key) return null;
    const { tenant, keyId, secret } = key;
    const known = await this.keys.get(`${tenant}/${keyId}`, () =>
      // "*" is no tenant's name; the door's own policy shows it the keys of all.
      new DoorStore(this.databases.door.tenant("*"), tenant).key(keyId),
    );
    if (!known || !isSecretOf(known.secretHash, secret)) return null;
    const isOver = known.expiresAt !== null && known.expiresAt <= now();
    if (isOver || !known.client.isActive) return null;
    this.uses.note(tenant, keyId);
    return known.client;
  }

  async client(tenant: string, name: string): Promise<RegisteredClient | null> {
    if (!TENANT_PATTERN.test(tenant) || !isClientName(name)) return null;
    return this.clients.get(`${tenant}/${name}`, () => this.storeOf(tenant).client(name));
  }

  async document(tenant: string, client: string, id: string): Promise<PublishedDocument | null> {
    const isPossible = TENANT_PATTERN.test(tenant) && isClientName(client);
    if (!isPossible || !isPossibleId(id)) return null;
    return this.documents.get(`${tenant}/${client}/${id}`, () =>
      this.storeOf(tenant).document(client, id),
    );
  }

  /** Forgets everything: something of it was changed here. */
  clear(): void {
    for (const memory of [this.keys, this.clients, this.documents]) memory.clear();
  }

  close(): Promise<void> {
    return this.uses.close();
  }

  private storeOf(tenant: string): DoorStore {
    return new DoorStore(this.databases.app.tenant(tenant), tenant);
  }
}

/** Printable ASCII of a bearable length; anything else was never published. */
function isPossibleId(id: string): boolean {
  return id.length <= LIMITS.documentIdCharacters && /^[\x21-\x7e]+$/.test(id);
}
