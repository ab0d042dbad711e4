import { loadManyBy } from "../../../shared/load-by.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import { ClientKeyEntity } from "./client-key.entity.ts";

/** A key as read; its secret's hash stays in the table. */
export type ClientKeyRow = Omit<ClientKeyEntity, "tenant" | "secretHash">;
export type NewClientKey = Pick<
  ClientKeyEntity,
  "keyId" | "client" | "secretHash" | "last4" | "createdBy" | "expiresAt"
>;

const COLUMNS = selectList(ClientKeyEntity, {
  only: [
    "keyId",
    "client",
    "last4",
    "createdAt",
    "createdBy",
    "expiresAt",
    "revokedAt",
    "lastUsedAt",
  ],
});
/** By the clock, not by the transaction's start: it may have waited for its turn. */
const IS_VALID = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())";

const OF_CLIENTS = statement(
  "client_key_of_clients",
  `SELECT ${COLUMNS} FROM (
     SELECT *, row_number() OVER (PARTITION BY client ORDER BY created_at DESC, key_id) AS rank
     FROM client_key WHERE tenant = $1 AND client = ANY($2::text[])) ranked
   WHERE rank <= $3 OR (${IS_VALID}) ORDER BY client, created_at DESC, key_id`,
);
const VALID = statement(
  "client_key_valid",
  `SELECT ${COLUMNS} FROM client_key WHERE tenant = $1 AND client = $2 AND ${IS_VALID}
   ORDER BY created_at`,
);
const CLIENT_OF = statement(
  "client_key_client",
  "SELECT client FROM client_key WHERE tenant = $1 AND key_id = $2",
);
const ADD = statement(
  "client_key_add",
  `INSERT INTO client_key
     (tenant, key_id, client, secret_hash, last4, created_at, created_by, expires_at)
   VALUES ($1, $2, $3, $4, $5, clock_timestamp(), $6, $7) RETURNING ${COLUMNS}`,
);
const END_WITHIN = statement(
  "client_key_end_within",
  `UPDATE client_key
   SET expires_at = least(expires_at, clock_timestamp() + make_interval(hours => $3))
   WHERE tenant = $1 AND key_id = $2`,
);
const REVOKE = statement(
  "client_key_revoke",
  `UPDATE client_key SET revoked_at = clock_timestamp()
   WHERE tenant = $1 AND key_id = $2 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
);
const NOTE_USE = statement(
  "client_key_note_use",
  `UPDATE client_key SET last_used_at = clock_timestamp()
   WHERE tenant = $1 AND key_id = $2
     AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - make_interval(secs => $3))`,
);

/** All SQL about keys but their looking up at the door. Lives for one request. */
export class ClientKeyStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** The newest keys of a client and all valid ones, newest first. */
  readonly ofClient = loadManyBy(
    (names: readonly string[]) =>
      this.sql.rows<ClientKeyRow>(OF_CLIENTS, [this.tenant, names, LIMITS.listedKeys]),
    ({ client }) => client,
  );

  /** The keys that open the door now, the oldest first. */
  valid(client: string): Promise<ClientKeyRow[]> {
    return this.sql.rows<ClientKeyRow>(VALID, [this.tenant, client]);
  }

  async clientOf(keyId: string): Promise<string | null> {
    const [row] = await this.sql.rows<{ client: string }>(CLIENT_OF, [this.tenant, keyId]);
    return row?.client ?? null;
  }

  async add(key: NewClientKey): Promise<ClientKeyRow> {
    const { keyId, client, secretHash, last4, createdBy, expiresAt } = key;
    const values = [this.tenant, keyId, client, secretHash, last4, createdBy, expiresAt];
    const [row] = await this.sql.rows<ClientKeyRow>(ADD, values);
    if (!row) throw new Error("a key was not written");
    return row;
  }

  /** Ends a key so many hours from now, or when it would have ended, if that is sooner. */
  async endWithin(keyId: string, hours: number): Promise<void> {
    await this.sql.rows(END_WITHIN, [this.tenant, keyId, hours]);
  }

  /** null where it was revoked already. */
  async revoke(keyId: string): Promise<ClientKeyRow | null> {
    const [row] = await this.sql.rows<ClientKeyRow>(REVOKE, [this.tenant, keyId]);
    return row ?? null;
  }

  /** Writes down that the key was used just now, unless that was written shortly before. */
  async noteUse(keyId: string): Promise<void> {
    await this.sql.rows(NOTE_USE, [this.tenant, keyId, LIMITS.keyUseMs / 1_000]);
  }
}
