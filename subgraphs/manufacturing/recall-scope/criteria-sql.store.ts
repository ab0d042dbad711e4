import type { Timestamp } from "../../../shared/time.ts";
import { ClauseLeads } from "./clause-leads.store.ts";
import { ClauseSql } from "./clause-sql.store.ts";
import { asksComponents, type Criteria, isCombination } from "./criteria.ts";
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
  return {
    // What walks are part of is made first, as a list: PostgreSQL cannot tell what they find and
    // cost, and would leave the rest of the statement's plan to chance.
    text: asksComponents(criteria)
      ? `SELECT s.device_id FROM unnest(ARRAY(${text})) AS s (device_id)`
      : text,
    parameters: sql.parameters,
  };
}

function setText(criteria: Criteria, sql: ClauseSql, among: string | null): string {
  const all = conjuncts(criteria);
  const [only] = all;
  if (all.length === 1 && only && among === null) {
    const members = new ClauseLeads(sql).membersAlone(only);
    if (members !== null) return members;
  }
  const lead = among === null ? leadOf(all, sql) : { text: `SELECT unnest(${among})` };
  const asked = all.filter((one) => !(lead?.isExact && one === lead.criteria));
  const where = ["true", ...asked.map((one) => sql.condition(one))].join(" AND ");
  const knownAt = sql.knownAt();
  if (knownAt !== null) return knownText(knownAt, where, lead);
  if (!lead?.isWalk) {
    const led = lead ? `AND d.device_id IN (${lead.text})` : "";
    return `SELECT d.device_id FROM device d WHERE d.tenant = $1 ${led} AND ${where}`;
  }
  // Device by device, by the index, because PostgreSQL cannot tell how few a walk finds.
  return `SELECT d.device_id FROM ${eachOnce(lead)} CROSS JOIN LATERAL (
      SELECT n.* FROM device n WHERE n.tenant = $1 AND n.device_id = c.device_id OFFSET 0) d
    WHERE ${where}`;
}

/** What leads a statement: the part of the criteria that it comes from, where it is one. */
interface LeadText {
  text: string;
  criteria?: Criteria;
  isWalk?: boolean;
  isExact?: boolean;
}

/** The states at a time: of each device the last revision that was recorded by then. */
function knownText(knownAt: string, where: string, lead: LeadText | null): string {
  if (lead !== null) {
    return `SELECT d.device_id FROM ${eachOnce(lead)}
      CROSS JOIN LATERAL (${stateAt(knownAt)}) d WHERE ${where}`;
  }
  // What has not changed since is as it is now: only the others are looked up.
  return `SELECT d.device_id FROM device d
      WHERE d.tenant = $1 AND d.recorded_at <= ${knownAt} AND ${where}
    UNION ALL
    SELECT d.device_id FROM device c CROSS JOIN LATERAL (${stateAt(knownAt)}) d
      WHERE c.tenant = $1 AND c.recorded_at > ${knownAt} AND ${where}`;
}

function eachOnce({ text }: LeadText): string {
  return `(SELECT DISTINCT l.device_id FROM (${text}) AS l (device_id)) c`;
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
function leadOf(all: readonly Criteria[], sql: ClauseSql): LeadText | null {
  const leads = new ClauseLeads(sql);
  const narrowest = all
    .map((criteria) => ({ criteria, lead: leads.lead(criteria) }))
    .filter(({ lead }) => lead !== null)
    .sort((one, other) => (one.lead?.rank ?? 0) - (other.lead?.rank ?? 0))[0];
  if (!narrowest?.lead) return null;
  const { criteria, lead } = narrowest;
  const isLedByItself = !isCombination(criteria) && sql.known === null && leads.isLedBy(criteria);
  const { isWalk, isExact } = lead;
  return isLedByItself ? null : { criteria, isWalk, isExact, text: lead.text() };
}
