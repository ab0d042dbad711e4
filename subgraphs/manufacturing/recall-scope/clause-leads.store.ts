import { GROUP_FIELDS } from "../device/device-record.ts";
import { columnOf } from "../production-group/member-statements.store.ts";
import type { ClauseSql } from "./clause-sql.store.ts";
import type { Clause, Criteria, RangeClause, ValuesClause } from "./criteria.ts";
import { isCombination } from "./criteria.ts";
import type { CriterionField } from "./criterion-field.ts";

/** `SELECT device_id …`: all devices that meet a part of criteria, and perhaps others. */
export interface Lead {
  /** The narrower it is likely to be, the lower. */
  rank: number;
  /** Whether PostgreSQL cannot know how many there are: it walks installations. */
  isWalk: boolean;
  /** Whether there are no others, so that nothing of that part need be asked again. */
  isExact: boolean;
  /** Made only where it is used, because its parameters are. */
  text: () => string;
}

/** What a single device or component has; then by how many devices are likely to share a value. */
const RANK = {
  serialNumbers: 0,
  componentSerialNumber: 1,
  connhexId: 2,
  packageId: 3,
  palletId: 4,
  lotCode: 5,
  workOrder: 6,
  component: 7,
  custom: 8,
  productionOrder: 9,
  serialRange: 10,
  disposition: 11,
  indexed: 12,
  producedAt: 13,
} as const;

/** Columns of `device` with an index, beside those of the grouping fields. */
const INDEXED: readonly string[] = ["partNumber", "fwVersion", "hardwareRevision"];

/** How PostgreSQL gets to the devices that meet clauses without looking at all. */
export class ClauseLeads {
  constructor(private readonly sql: ClauseSql) {}

  /** The set itself, where it needs no look at devices; null where it does. */
  membersAlone(criteria: Criteria): string | null {
    if (criteria.kind === "component") return this.sql.containing(criteria);
    if (this.sql.known !== null || criteria.kind !== "values" || criteria.membership !== "EVER")
      return null;
    const among = this.sql.parameter(criteria.values, "text[]");
    return `SELECT DISTINCT g.device_id FROM device_group g
      WHERE ${this.sql.inGroup(criteria.field, among)}`;
  }

  /** Whether the condition alone is something that PostgreSQL leads with. */
  isLedBy(clause: Clause): boolean {
    switch (clause.kind) {
      case "values":
        return clause.membership === "EVER" || (clause.at === null && hasIndex(clause));
      case "range":
        return hasIndex(clause) || clause.field.type === "TIME";
      case "component":
      case "serialNumbers":
      case "serialRange":
      case "siblings":
        return false;
    }
  }

  /** What leads to the devices that may meet the criteria; null where all must be looked at. */
  lead(criteria: Criteria): Lead | null {
    if (isCombination(criteria)) {
      if (criteria.kind === "noneOf") return null;
      const leads = criteria.of.map((one) => this.lead(one));
      if (criteria.kind === "anyOf") return union(leads);
      const known = leads.filter((lead) => lead !== null);
      const [first] = known.sort((one, other) => one.rank - other.rank);
      return first ? { ...first, isExact: first.isExact && criteria.of.length === 1 } : null;
    }
    switch (criteria.kind) {
      case "values":
        return this.valuesLead(criteria, criteria.values);
      case "range":
        return this.rangeLead(criteria);
      case "serialNumbers":
        return this.identifiers(RANK.serialNumbers, "serialNumber", () => {
          return `i.value = ANY (${this.sql.parameter(criteria.values, "text[]")})`;
        });
      case "serialRange":
        return this.identifiers(RANK.serialRange, "serialNumber", () => {
          return this.sql.stretches(criteria, "i.value");
        });
      case "component": {
        const isOne = criteria.serialNumber !== null;
        const rank = isOne ? RANK.componentSerialNumber : RANK.component;
        return { rank, isWalk: true, isExact: true, text: () => this.sql.containing(criteria) };
      }
      case "siblings":
        return criteria.origins.length === 0
          ? null
          : union(criteria.origins.map((one) => this.lead(one)));
    }
  }

  private valuesLead(clause: ValuesClause, values: readonly string[]): Lead | null {
    const { field, membership, at } = clause;
    if (field.name === "connhexId" && field.isBuiltIn) {
      return this.identifiers(RANK.connhexId, "connhexId", () => {
        return `i.value = ANY (${this.sql.parameter(values, "text[]")})`;
      });
    }
    const isNow = membership === "CURRENT" && at === null && this.sql.known === null;
    if (isNow && field.isBuiltIn) return hasIndex(clause) ? this.column(field, values) : null;
    if (!field.isGroupable) return null;
    return {
      rank: rankOf(field),
      isWalk: false,
      isExact: membership === "EVER" && this.sql.known === null,
      text: () => `SELECT g.device_id FROM device_group g
        WHERE ${this.sql.inGroup(field, this.sql.parameter(values, "text[]"))}`,
    };
  }

  private rangeLead(clause: RangeClause): Lead | null {
    const { field, recorded } = clause;
    if (recorded !== null) {
      const { path } = clause;
      const listed = { path, field, values: recorded, membership: "CURRENT", at: null } as const;
      return this.valuesLead({ kind: "values", ...listed }, recorded);
    }
    if (field.type !== "TIME" || this.sql.known !== null) return null;
    return {
      rank: RANK.producedAt,
      isWalk: false,
      isExact: true,
      text: () => `SELECT d.device_id FROM device d
        WHERE d.tenant = $1 AND ${this.sql.rangeCondition(clause)}`,
    };
  }

  private column(field: CriterionField, values: readonly string[]): Lead {
    return {
      rank: rankOf(field),
      isWalk: false,
      isExact: true,
      text: () => `SELECT l.device_id FROM device l
        WHERE l.tenant = $1 AND l.${columnOf(field.name)} = ANY (${this.sql.parameter(values, "text[]")})`,
    };
  }

  private identifiers(rank: number, kind: string, condition: () => string): Lead {
    return {
      rank,
      isWalk: false,
      isExact: kind === "serialNumber" && this.sql.known === null,
      text: () => `SELECT i.device_id FROM device_identifier i
        WHERE i.tenant = $1 AND i.kind = '${kind}' AND ${condition()}`,
    };
  }
}

/** All of them together; null where one is missing, because then nothing leads to its devices. */
function union(leads: readonly (Lead | null)[]): Lead | null {
  const known = leads.filter((lead) => lead !== null);
  if (known.length < leads.length) return null;
  return {
    rank: Math.max(...known.map(({ rank }) => rank)),
    isWalk: known.some(({ isWalk }) => isWalk),
    isExact: known.every(({ isExact }) => isExact),
    text: () => known.map((lead) => `(${lead.text()})`).join("\nUNION ALL\n"),
  };
}

function hasIndex(clause: ValuesClause | RangeClause): boolean {
  const { name, isBuiltIn, isGroupable } = clause.field;
  if (!isBuiltIn) return false;
  // Most devices are released: only the others have an index.
  if (name === "disposition") {
    return clause.kind === "values" && !clause.values.includes("RELEASED");
  }
  return isGroupable || INDEXED.includes(name);
}

function rankOf({ name, isBuiltIn }: CriterionField): number {
  if (!isBuiltIn) return RANK.custom;
  const group = GROUP_FIELDS.find((one) => one === name);
  if (group) return RANK[group];
  return name === "disposition" ? RANK.disposition : RANK.indexed;
}
