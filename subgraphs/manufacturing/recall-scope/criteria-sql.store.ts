import type { Timestamp } from "../../../shared/time.ts";
import { ClauseLeads } from "./clause-leads.store.ts";
import { ClauseSql } from "./clause-sql.store.ts";
import { type Criteria, isCombination } from "./criteria.ts";
import type { DeviceSet } from "./device-set.ts";

/** What a set of devices is asked for, beside its criteria. */
export interface SetOptions {
  /** null: as it is known now. */
  knownAt: Timestamp | null;
  /** The first parameter that the set may take; those before it are the whole statement's. */
  firstParameter: number;
  /** A parameter that holds device ids (`$2::bigint[]`): only these are looked at. */
  among?: string;
}

/**
 * The devices that meet criteria. One index is led by what is likely to be narrowest, everything
 * else is checked on what it finds; where nothing can lead, all devices are looked at.
 */
export function criteriaSql(criteria: Criteria, options: SetOptions): DeviceSet {
  const sql = new ClauseSql(options.knownAt, options.firstParameter);
  const text = setText(criteria, sql, options.among ?? null);
  return { text, parameters: sql.parameters };
}

function setText(criteria: Criteria, sql: ClauseSql, among: string | null): string {
  const { knownAt } = sql;
  const all = conjuncts(criteria);
  const [only] = all;
  if (all.length === 1 && only && among === null && knownAt === null) {
    const members = new ClauseLeads(sql).membersAlone(only);
    if (members !== null) return members;
  }
  const where = all.map((one) => sql.condition(one)).join(" AND ");
  const lead = among === null ? leadOf(all, sql) : `SELECT unnest(${among})`;
  if (knownAt !== null) return knownText(where, { lead, knownAt });
  const led = lead === null ? "" : `AND d.device_id IN (${lead})`;
  return `SELECT d.device_id FROM device d WHERE d.tenant = $1 ${led} AND ${where}`;
}

/** The states at a time: of each device the last revision that was recorded by then. */
function knownText(where: string, { lead, knownAt }: { lead: string | null; knownAt: string }) {
  if (lead !== null) {
    return `SELECT d.device_id FROM (SELECT DISTINCT l.device_id FROM (${lead}) AS l (device_id)) c
      CROSS JOIN LATERAL (${stateAt(knownAt)}) d WHERE ${where}`;
  }
  // What has not changed since is as it is now: only the others are looked up.
  return `SELECT d.device_id FROM device d
      WHERE d.tenant = $1 AND d.recorded_at <= ${knownAt} AND ${where}
    UNION ALL
    SELECT d.device_id FROM device c CROSS JOIN LATERAL (${stateAt(knownAt)}) d
      WHERE c.tenant = $1 AND c.recorded_at > ${knownAt} AND ${where}`;
}

/** The state of device `c` as it was known at a time; no row where it was not recorded yet. */
export function stateAt(knownAt: string): string {
  return `SELECT r.* FROM device_revision r
    WHERE r.tenant = $1 AND r.device_id = c.device_id AND r.recorded_at <= ${knownAt}
    ORDER BY r.revision DESC LIMIT 1`;
}

/** Everything that a device must meet. */
export function conjuncts(criteria: Criteria): readonly Criteria[] {
  return criteria.kind === "allOf" ? criteria.of.flatMap(conjuncts) : [criteria];
}

/** What to lead with; null where the statement leads itself, or nothing can. */
function leadOf(all: readonly Criteria[], sql: ClauseSql): string | null {
  const leads = new ClauseLeads(sql);
  const narrowest = all
    .map((criteria) => ({ criteria, lead: leads.lead(criteria) }))
    .filter(({ lead }) => lead !== null)
    .sort((one, other) => (one.lead?.rank ?? 0) - (other.lead?.rank ?? 0))[0];
  if (!narrowest?.lead) return null;
  const { criteria, lead } = narrowest;
  const isLedByItself = !isCombination(criteria) && sql.knownAt === null && leads.isLedBy(criteria);
  return isLedByItself ? null : lead.text();
}
