import type { Event } from "../../../shared/events/event.ts";
import { feedStatements } from "../../../shared/events/numbered-feed.store.ts";
import type { EventOf } from "../../../shared/events/service-feed.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import {
  identityEvent,
  ownershipEvent,
  type ToldIdentity,
  type ToldOwnership,
} from "./ownership-event.ts";

/**
 * The part of a writing statement that tells other systems of the identities which the part
 * `written` of it has written: as revisions do, it stands in the writer's transaction. Only once
 * all rows of `written` are there, and held, it takes its place among the changes.
 */
export function toldIdentities(written: string): string {
  return `told AS (
     INSERT INTO ownership_change (tenant, entity, connhex_ids, serial_numbers, revisions)
     SELECT $1, 'identity', array_agg(connhex_id), array_agg(serial_number), array_agg(revision)
     FROM ${written} HAVING count(*) > 0)`;
}

/** The same of ownerships. */
export function toldOwnerships(written: string): string {
  return `told AS (
     INSERT INTO ownership_change (tenant, entity, connhex_ids, revisions)
     SELECT $1, 'ownership', array_agg(connhex_id), array_agg(revision)
     FROM ${written} HAVING count(*) > 0)`;
}

/** What a row of changes says, beside the revisions. */
export interface OwnershipChangeColumns {
  entity: "identity" | "ownership";
  connhexIds: readonly string[];
  serialNumbers: readonly string[] | null;
}

export const OWNERSHIP_FEED = feedStatements(
  "ownership_change",
  `entity, connhex_ids AS "connhexIds", serial_numbers AS "serialNumbers", revisions`,
);

const TOLD_IDENTITIES = statement(
  "told_identities",
  `SELECT c.place, r.connhex_id AS "connhexId", c.serial_number AS "serialNumber", r.revision,
     r.at, r.kind, r.state
   FROM unnest($2::bigint[], $3::text[], $4::text[], $5::integer[])
     AS c (place, connhex_id, serial_number, revision)
   JOIN cloud_identity_revision r
     ON r.tenant = $1 AND r.connhex_id = c.connhex_id AND r.revision = c.revision`,
);
// Only an identity that was refused ever gives way to another device's, and no owner had that one.
const TOLD_OWNERSHIPS = statement(
  "told_ownerships",
  `SELECT c.place, r.connhex_id AS "connhexId", i.serial_number AS "serialNumber", r.revision,
     r.at, r.kind
   FROM unnest($2::bigint[], $3::text[], $4::integer[]) AS c (place, connhex_id, revision)
   JOIN ownership_revision r
     ON r.tenant = $1 AND r.connhex_id = c.connhex_id AND r.revision = c.revision
   LEFT JOIN cloud_identity i ON i.tenant = $1 AND i.connhex_id = c.connhex_id`,
);

/** The events of these revisions, in their order. */
export async function ownershipEvents(
  sql: Sql,
  tenant: string,
  named: readonly EventOf<OwnershipChangeColumns>[],
): Promise<Event[]> {
  const asked = named.map(({ row, index }, place) => ({
    place,
    entity: row.entity,
    connhexId: row.connhexIds[index],
    serialNumber: row.serialNumbers?.[index] ?? null,
    revision: row.revisions[index],
  }));
  const made: Event[] = [];
  const identities = asked.filter(({ entity }) => entity === "identity");
  if (identities.length > 0) {
    const rows = await sql.rows<ToldIdentity & { place: number }>(TOLD_IDENTITIES, [
      tenant,
      identities.map(({ place }) => place),
      identities.map(({ connhexId }) => connhexId),
      identities.map(({ serialNumber }) => serialNumber),
      identities.map(({ revision }) => revision),
    ]);
    for (const row of rows) made[row.place] = identityEvent(tenant, row);
  }
  const ownerships = asked.filter(({ entity }) => entity === "ownership");
  if (ownerships.length > 0) {
    const rows = await sql.rows<ToldOwnership & { place: number }>(TOLD_OWNERSHIPS, [
      tenant,
      ownerships.map(({ place }) => place),
      ownerships.map(({ connhexId }) => connhexId),
      ownerships.map(({ revision }) => revision),
    ]);
    for (const row of rows) made[row.place] = ownershipEvent(tenant, row);
  }
  // A hole would show as a list that is too short.
  return made.filter((event) => event !== undefined);
}
