import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { PublishedDocument, RegisteredClient } from "../registry.ts";

/** A key that is not revoked, with its client. */
export interface KnownKey {
  secretHash: Buffer;
  expiresAt: string | null;
  client: RegisteredClient;
}

const CLIENT = `c.tenant, c.name, c.kind, c.roles, c.requests_per_minute AS "requestsPerMinute",
  c.is_active AS "isActive"`;

const KEY = statement(
  "door_key",
  `SELECT k.secret_hash AS "secretHash", k.expires_at AS "expiresAt", ${CLIENT}
   FROM client_key k JOIN client c ON c.tenant = k.tenant AND c.name = k.client
   WHERE k.tenant = $1 AND k.key_id = $2 AND k.revoked_at IS NULL`,
);
const CLIENT_BY_NAME = statement(
  "door_client",
  `SELECT ${CLIENT} FROM client c WHERE c.tenant = $1 AND c.name = $2`,
);
const DOCUMENT = statement(
  "door_document",
  `SELECT d.document_id AS id, d.text, d.operation_name AS "operationName",
     d.variable_limits AS "variableLimits",
     d.retired_at IS NOT NULL OR NOT EXISTS (
       SELECT FROM document_version v JOIN client_version c USING (tenant, client, version)
       WHERE v.tenant = $1 AND v.client = $2 AND v.document_id = $3
         AND c.retired_at IS NULL) AS "isRetired"
   FROM document d WHERE d.tenant = $1 AND d.client = $2 AND d.document_id = $3`,
);

/** What a request's way reads of the registry; `sql` is bound to this tenant, or is the door's. */
export class DoorStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  async key(keyId: string): Promise<KnownKey | null> {
    type Row = Omit<KnownKey, "client"> & RegisteredClient;
    const [row] = await this.sql.rows<Row>(KEY, [this.tenant, keyId]);
    if (!row) return null;
    const { secretHash, expiresAt, ...client } = row;
    return { secretHash, expiresAt, client };
  }

  async client(name: string): Promise<RegisteredClient | null> {
    const [row] = await this.sql.rows<RegisteredClient>(CLIENT_BY_NAME, [this.tenant, name]);
    return row ?? null;
  }

  async document(client: string, id: string): Promise<PublishedDocument | null> {
    const values = [this.tenant, client, id];
    const [row] = await this.sql.rows<PublishedDocument>(DOCUMENT, values);
    return row ?? null;
  }
}
