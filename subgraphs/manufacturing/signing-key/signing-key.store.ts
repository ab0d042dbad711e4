import { loadBy } from "../../../shared/load-by.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { LIMITS } from "../limits.ts";
import { SigningKeyEntity } from "./signing-key.entity.ts";
import type { RegisteredKey } from "./signing-key.ts";

/** A key that is to be registered; null: from now, without end. */
export type SigningKeyToAdd = Pick<
  RegisteredKey,
  "keyId" | "name" | "role" | "algorithm" | "publicKey" | "addedBy" | "validTo"
> & { validFrom: Timestamp | null };

const READ = columnsOf(SigningKeyEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);

/** For statements that join a key as `k`: from when on it is revoked. */
export const EARLIEST_REVOCATION = `LEFT JOIN LATERAL (
    SELECT v.revoked_from, v.revoked_at, v.revoked_by, v.reason FROM signing_key_revocation v
    WHERE v.tenant = k.tenant AND v.key_id = k.key_id ORDER BY v.revoked_from LIMIT 1
  ) v ON true`;

const KEYS = `SELECT ${selectList(SigningKeyEntity, { prefix: "k.", only: READ })},
    v.revoked_from AS "revokedFrom", v.revoked_at AS "revokedAt", v.revoked_by AS "revokedBy",
    v.reason AS "revocationReason", statement_timestamp() AS "readAt"
  FROM signing_key k ${EARLIEST_REVOCATION}`;

const BY_ID = statement(
  "signing_keys_by_id",
  `${KEYS} WHERE k.tenant = $1 AND k.key_id = ANY ($2::text[])`,
);
const ALL = statement(
  "signing_keys",
  `${KEYS} WHERE k.tenant = $1 ORDER BY k.name, k.added_at, k.key_id LIMIT $2`,
);
const ADD = statement(
  "add_signing_key",
  `INSERT INTO signing_key
     (tenant, key_id, name, role, algorithm, public_key, valid_from, valid_to, added_by)
   VALUES ($1, $2, $3, $4, $5, $6, COALESCE($7, statement_timestamp()), $8, $9)
   ON CONFLICT DO NOTHING RETURNING key_id AS "keyId"`,
);
const REVOKE = statement(
  "revoke_signing_key",
  `INSERT INTO signing_key_revocation (tenant, key_id, revoked_from, revoked_by, reason)
   SELECT $1, $2, COALESCE($3, statement_timestamp()), $4, $5
   WHERE NOT EXISTS (SELECT FROM signing_key_revocation v WHERE v.tenant = $1 AND v.key_id = $2
     AND v.revoked_from <= COALESCE($3, statement_timestamp()))
   ON CONFLICT DO NOTHING RETURNING key_id AS "keyId"`,
);

/** All SQL about signing keys. Lives for one request. */
export class SigningKeyStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byId = loadBy(
    (keyIds: readonly string[]) => this.sql.rows<RegisteredKey>(BY_ID, [this.tenant, keyIds]),
    ({ keyId }) => keyId,
  );

  forget(): void {
    this.byId.clearAll();
  }

  /** By name; revoked ones too. */
  all(): Promise<RegisteredKey[]> {
    return this.sql.rows<RegisteredKey>(ALL, [this.tenant, LIMITS.signingKeys]);
  }

  /** Whether it was new. */
  async add(key: SigningKeyToAdd): Promise<boolean> {
    const { keyId, name, role, algorithm, publicKey, validFrom, validTo, addedBy } = key;
    const values = [keyId, name, role, algorithm, publicKey, validFrom, validTo, addedBy];
    return (await this.sql.rows(ADD, [this.tenant, ...values])).length > 0;
  }

  /** Revokes a known key; false where it is revoked from then, or from an earlier time, already. */
  async revoke(
    keyId: string,
    { from, by, reason }: { from: Timestamp | null; by: string; reason: string },
  ): Promise<boolean> {
    const rows = await this.sql.rows(REVOKE, [this.tenant, keyId, from, by, reason]);
    return rows.length > 0;
  }
}
