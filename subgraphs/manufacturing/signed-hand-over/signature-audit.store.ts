import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { DeviceRevisionEntity } from "../device/device-revision.entity.ts";
import type { Revision } from "../device/device-revision.ts";
import { EARLIEST_REVOCATION } from "../signing-key/signing-key.store.ts";
import {
  auditSignature,
  type SignatureFinding,
  type SignatureUnderAudit,
} from "./audit-signature.ts";

const ROWS_PER_STATEMENT = 500;

const READ = columnsOf(DeviceRevisionEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);
/** Columns of the revision, apart from those of the signature that have the same names. */
const REVISION = READ.map((property) => {
  const [column] = selectList(DeviceRevisionEntity, { prefix: "r.", only: [property] }).split(
    " AS ",
  );
  return `${column} AS "r.${property}"`;
}).join(", ");

const PAGE = statement(
  "signatures_to_audit",
  `SELECT s.device_id AS "deviceId", s.revision, s.outcome, s.key_id AS "keyId", s.algorithm,
     s.payload, s.payload_hash AS "payloadHash", s.signature, s.recorded_at AS "recordedAt",
     k.public_key AS "publicKey", k.algorithm AS "keyAlgorithm", k.valid_from AS "validFrom",
     k.valid_to AS "validTo", v.revoked_from AS "revokedFrom", ${REVISION}
   FROM (
     SELECT * FROM hand_over_signature
     WHERE tenant = $1 AND (device_id, key_id, payload_hash) > ($2, $3, $4)
     ORDER BY device_id, key_id, payload_hash LIMIT $5
   ) s
   LEFT JOIN signing_key k ON k.tenant = $1 AND k.key_id = s.key_id
   ${EARLIEST_REVOCATION}
   LEFT JOIN device_revision r
     ON r.tenant = $1 AND r.device_id = s.device_id AND r.revision = s.revision
   ORDER BY s.device_id, s.key_id, s.payload_hash`,
);

type PageRow = Omit<SignatureUnderAudit, "key" | "stands"> & {
  payloadHash: Buffer;
  publicKey: string | null;
  keyAlgorithm: SignatureUnderAudit["algorithm"];
  validFrom: string;
  validTo: string | null;
  revokedFrom: string | null;
} & Record<`r.${string}`, unknown>;

/** How far an audit of signatures has come. */
export interface SignatureAudit {
  signatures: number;
  findings: SignatureFinding[];
}

/**
 * Audits every signature that a tenant keeps, and tells of each page what was found. Constant
 * memory; `sql` is a connection of the application, or a snapshot.
 */
export async function* auditHandOverSignatures(
  sql: Sql,
  tenant: string,
): AsyncGenerator<SignatureAudit> {
  let after: readonly [number, string, Buffer] = [0, "", Buffer.alloc(0)];
  for (;;) {
    const page = [tenant, ...after, ROWS_PER_STATEMENT];
    const rows = await sql.rows<PageRow>(PAGE, page);
    const findings = await Promise.all(rows.map((row) => auditSignature(underAudit(row))));
    if (rows.length > 0) yield { signatures: rows.length, findings: findings.flat() };
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_PER_STATEMENT) return;
    after = [last.deviceId, last.keyId, last.payloadHash];
  }
}

function underAudit(row: PageRow): SignatureUnderAudit {
  const { deviceId, revision, outcome, keyId, algorithm, payload, signature, recordedAt } = row;
  const { publicKey, keyAlgorithm, validFrom, validTo, revokedFrom } = row;
  const key = { algorithm: keyAlgorithm, validFrom, validTo, revokedFrom };
  const stands = Object.fromEntries(READ.map((property) => [property, row[`r.${property}`]]));
  return {
    ...{ deviceId, revision, outcome, keyId, algorithm, payload, signature, recordedAt },
    key: publicKey === null ? null : { publicKey, ...key },
    stands: row["r.revision"] === null ? null : (stands as unknown as Revision),
  };
}
