import type { Sql } from "../../../shared/postgres/database.ts";

/** What can be wrong with stored identities and ownerships. */
export type DeviationKind =
  | "IDENTITY_PROJECTION_DIFFERS"
  | "IDENTITY_REVISIONS_NOT_CONTIGUOUS"
  | "TWO_LIVE_IDENTITIES"
  | "HAND_OVER_DIFFERS"
  | "OWNERSHIP_PROJECTION_DIFFERS"
  | "OWNERSHIP_REVISIONS_NOT_CONTIGUOUS"
  | "OWNERSHIP_CHANGES_CONTRADICT"
  | "OWNER_MISSING";

/** One place where stored rows contradict each other. */
export interface Deviation {
  kind: DeviationKind;
  connhexId: string;
  revision: number | null;
  detail: string;
}

const TENANT = "current_setting('app.tenant')";

/** A projection must be there where revisions are, and equal the last one. */
const projection = (table: string, columns: string, revised: string) =>
  `SELECT coalesce(p.connhex_id, r.connhex_id) AS "connhexId",
     coalesce(p.revision, r.revision) AS revision, '${table} is not as its last revision says' AS detail
   FROM (SELECT * FROM ${table} WHERE tenant = ${TENANT}) p
   FULL JOIN (SELECT DISTINCT ON (connhex_id) * FROM ${table}_revision
     WHERE tenant = ${TENANT} ORDER BY connhex_id, revision DESC) r ON r.connhex_id = p.connhex_id
   WHERE (p.revision, ${columns}) IS DISTINCT FROM (r.revision, ${revised}) LIMIT $1`;

const contiguity = (table: string) =>
  `SELECT connhex_id AS "connhexId", revision,
     format('revision %s at %s follows %s at %s', revision, at, previous, before) AS detail
   FROM (SELECT *, lag(revision, 1, 0) OVER same AS previous, lag(at) OVER same AS before
     FROM ${table} WHERE tenant = ${TENANT}
     WINDOW same AS (PARTITION BY connhex_id ORDER BY revision)) AS ordered
   WHERE revision <> previous + 1 OR at <= before LIMIT $1`;

const CHECKS: readonly [DeviationKind, string][] = [
  [
    "IDENTITY_PROJECTION_DIFFERS",
    projection("cloud_identity", "p.state, p.changed_at", "r.state, r.at"),
  ],
  ["IDENTITY_REVISIONS_NOT_CONTIGUOUS", contiguity("cloud_identity_revision")],
  [
    "TWO_LIVE_IDENTITIES",
    `SELECT min(connhex_id) AS "connhexId", NULL AS revision,
       format('%s has %s live identities', serial_number, count(*)) AS detail
     FROM cloud_identity
     WHERE tenant = ${TENANT} AND state IN ('PENDING', 'ACTIVE', 'SUSPENDED')
     GROUP BY serial_number HAVING count(*) > 1 LIMIT $1`,
  ],
  [
    "HAND_OVER_DIFFERS",
    `SELECT coalesce(i.connhex_id, h.connhex_id) AS "connhexId",
       coalesce(i.revision, h.revision) AS revision,
       CASE WHEN h.connhex_id IS NULL THEN 'PENDING, and no link waits for it'
         ELSE 'a link waits, and the identity is not PENDING with it' END AS detail
     FROM (SELECT * FROM cloud_identity WHERE tenant = ${TENANT} AND state = 'PENDING') i
     FULL JOIN (SELECT * FROM hand_over WHERE tenant = ${TENANT}) h
       ON h.connhex_id = i.connhex_id AND h.revision = i.revision
       AND h.serial_number = i.serial_number
     WHERE i.connhex_id IS NULL OR h.connhex_id IS NULL LIMIT $1`,
  ],
  [
    "OWNERSHIP_PROJECTION_DIFFERS",
    projection(
      "ownership",
      "p.ownership_id, p.owner_id, p.since",
      "r.ownership_id, r.owner_id, r.at",
    ),
  ],
  ["OWNERSHIP_REVISIONS_NOT_CONTIGUOUS", contiguity("ownership_revision")],
  [
    // One current owner: nobody registers what is owned, nobody gives away what is not.
    "OWNERSHIP_CHANGES_CONTRADICT",
    `SELECT connhex_id AS "connhexId", revision,
       format('%s follows %s', kind, coalesce(before, 'nothing')) AS detail
     FROM (SELECT *, lag(kind) OVER (PARTITION BY connhex_id ORDER BY revision) AS before
       FROM ownership_revision WHERE tenant = ${TENANT}) AS ordered
     WHERE (kind = 'REGISTERED') <> (coalesce(before, 'RELEASED') = 'RELEASED') LIMIT $1`,
  ],
  [
    "OWNER_MISSING",
    `SELECT r.connhex_id AS "connhexId", r.revision, format('no owner %s', r.owner_id) AS detail
     FROM ownership_revision r
     LEFT JOIN owner w ON w.tenant = r.tenant AND w.owner_id = r.owner_id
     WHERE r.tenant = ${TENANT} AND r.owner_id IS NOT NULL AND w.owner_id IS NULL LIMIT $1`,
  ],
];

/**
 * Compares all of a tenant's identities and ownerships with their revisions, and answers at most
 * `limit` deviations of each kind. Goes through everything: give it connections with a statement
 * timeout of minutes. It is exact where nobody writes meanwhile.
 */
export async function findDeviations(sql: Sql, limit: number): Promise<Deviation[]> {
  const found: Deviation[] = [];
  for (const [kind, text] of CHECKS) {
    const rows = await sql.run<Omit<Deviation, "kind">>(text, [limit]);
    found.push(...rows.map((row) => ({ kind, ...row })));
  }
  return found;
}
