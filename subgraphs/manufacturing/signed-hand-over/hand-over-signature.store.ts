import DataLoader from "dataloader";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { SignatureAlgorithm } from "../../../shared/signing/signature-algorithm.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { EARLIEST_REVOCATION } from "../signing-key/signing-key.store.ts";
import type { SigningRole, Validity } from "../signing-key/signing-key.ts";
import type { OpenedDevice } from "./open-signed-devices.ts";
import type { Kept } from "./record-signed-devices.ts";

/** A revision that a signed hand-over made, and whose signature it was. */
export interface SignerRow extends Validity {
  deviceId: number;
  revision: number;
  keyId: string;
  name: string;
  role: SigningRole;
  algorithm: SignatureAlgorithm;
  recordedAt: Timestamp;
}

// The device of a serial number never changes, and a payload names one of them.
const KNOWN = statement(
  "known_hand_over_signatures",
  `SELECT given.place::int AS place, s.revision
   FROM unnest($2::text[], $3::text[], $4::text[])
     WITH ORDINALITY AS given (serial_number, key_id, payload_hash, place)
   JOIN device_identifier i
     ON i.tenant = $1 AND i.kind = 'serialNumber' AND i.value = given.serial_number
   JOIN hand_over_signature s ON s.tenant = $1 AND s.device_id = i.device_id
     AND s.key_id = given.key_id AND s.payload_hash = decode(given.payload_hash, 'hex')`,
);

// The time of a revision that was made is that of the revision: one question has one answer.
const KEEP = statement(
  "keep_hand_over_signatures",
  `INSERT INTO hand_over_signature
     (tenant, device_id, revision, outcome, key_id, algorithm, payload, payload_hash, signature,
      recorded_at)
   SELECT $1, r.device_id, r.revision, given.outcome, given."keyId", given.algorithm,
     decode(given.payload, 'base64'), decode(given.hash, 'hex'), given.signature,
     CASE given.outcome WHEN 'UNCHANGED' THEN statement_timestamp() ELSE r.recorded_at END
   FROM json_to_recordset($2::json) AS given ("serialNumber" text, revision int, outcome text,
     "keyId" text, algorithm text, payload text, hash text, signature text)
   JOIN device_identifier i
     ON i.tenant = $1 AND i.kind = 'serialNumber' AND i.value = given."serialNumber"
   JOIN device_revision r
     ON r.tenant = $1 AND r.device_id = i.device_id AND r.revision = given.revision
   ON CONFLICT ON CONSTRAINT one_row_per_signed_payload DO NOTHING`,
);

const SIGNERS = statement(
  "signers_of_revisions",
  `SELECT s.device_id AS "deviceId", s.revision, s.key_id AS "keyId", s.algorithm,
     s.recorded_at AS "recordedAt", k.name, k.role, k.valid_from AS "validFrom",
     k.valid_to AS "validTo", v.revoked_from AS "revokedFrom"
   FROM unnest($2::bigint[], $3::int[]) AS asked (device_id, revision)
   JOIN hand_over_signature s ON s.tenant = $1 AND s.device_id = asked.device_id
     AND s.revision = asked.revision AND s.outcome <> 'UNCHANGED'
   JOIN signing_key k ON k.tenant = $1 AND k.key_id = s.key_id ${EARLIEST_REVOCATION}`,
);

/** All SQL about signatures of hand-overs. Lives for one request. */
export class HandOverSignatureStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** By whose signature a revision was made; null where it came without one. */
  readonly ofRevision = new DataLoader<
    { deviceId: number; revision: number },
    SignerRow | null,
    string
  >(
    async (asked) => {
      const rows = await this.sql.rows<SignerRow>(SIGNERS, [
        this.tenant,
        asked.map(({ deviceId }) => deviceId),
        asked.map(({ revision }) => revision),
      ]);
      const found = new Map(rows.map((row) => [keyOf(row), row]));
      return asked.map((one) => found.get(keyOf(one)) ?? null);
    },
    { maxBatchSize: 1_000, cacheKeyFn: keyOf },
  );

  /** Of these hand-overs, by their places, those that came before, with the revision of then. */
  async known(opened: readonly OpenedDevice[]): Promise<Map<number, number>> {
    const rows = await this.sql.rows<{ place: number; revision: number }>(KNOWN, [
      this.tenant,
      opened.map(({ statement: { serialNumber } }) => serialNumber),
      opened.map(({ keyId }) => keyId),
      opened.map(({ hash }) => hash),
    ]);
    return new Map(rows.map(({ place, revision }) => [place - 1, revision]));
  }

  /** Keeps the signed bytes with what they made, in the transaction that made it. */
  async keep(kept: readonly Kept[]): Promise<void> {
    if (kept.length === 0) return;
    const rows = kept.map(({ opened, outcome, revision }) => ({
      serialNumber: opened.statement.serialNumber,
      revision,
      outcome,
      keyId: opened.keyId,
      algorithm: opened.algorithm,
      payload: opened.payload.toString("base64"),
      hash: opened.hash,
      signature: opened.signature,
    }));
    await this.sql.rows(KEEP, [this.tenant, JSON.stringify(rows)]);
  }
}

function keyOf({ deviceId, revision }: { deviceId: number; revision: number }): string {
  return `${deviceId} ${revision}`;
}
