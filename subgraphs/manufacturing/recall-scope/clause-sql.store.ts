import type { Timestamp } from "../../../shared/time.ts";
import { devicesContaining } from "../component/component-sets.store.ts";
import { columnOf } from "../production-group/member-statements.store.ts";
import type {
  Clause,
  ComponentClause,
  Criteria,
  RangeClause,
  SerialRangeClause,
  ValuesClause,
} from "./criteria.ts";
import { isCombination } from "./criteria.ts";
import type { CriterionField } from "./criterion-field.ts";

/** Clauses as conditions on a device's state `d`, with the parameters that they take. */
export class ClauseSql {
  readonly parameters: unknown[] = [];
  private knownParameter: string | null = null;

  constructor(
    /** The time at which things were known; null: now. */
    readonly known: Timestamp | null,
    private readonly firstParameter: number,
  ) {}

  /** The parameter that holds the time at which things were known; null: now. */
  knownAt(): string | null {
    if (this.known === null) return null;
    this.knownParameter ??= this.parameter(this.known, "timestamptz");
    return this.knownParameter;
  }

  /** True where the device meets the criteria; false or null where it does not. */
  condition(criteria: Criteria): string {
    if (isCombination(criteria)) {
      const parts = criteria.of.map((one) => this.condition(one));
      if (criteria.kind === "allOf") return `(${parts.join(" AND ")})`;
      const some = `(${parts.join(" OR ")})`;
      return criteria.kind === "anyOf" ? some : `(${some} IS NOT TRUE)`;
    }
    return this.clause(criteria);
  }

  private clause(clause: Clause): string {
    switch (clause.kind) {
      case "values":
        return this.valuesCondition(clause);
      case "range":
        return this.rangeCondition(clause);
      case "serialNumbers":
        return `d.serial_number = ANY (${this.parameter(clause.values, "text[]")})`;
      case "serialRange":
        return this.stretches(clause, "d.serial_number");
      // Never a join: looked up in a table that is hashed once, also under OR and NOT.
      case "component":
        return `((d.device_id IN (${this.containing(clause)})) IS TRUE)`;
      case "siblings": {
        const origins = clause.origins.map((one) => this.condition(one));
        return origins.length === 0 ? "false" : `(${origins.join(" OR ")})`;
      }
    }
  }

  private valuesCondition({ field, values, membership, at }: ValuesClause): string {
    const among = this.parameter(values, "text[]");
    if (membership === "EVER") {
      return `EXISTS (SELECT FROM device_group g WHERE ${this.inGroup(field, among)}
        AND g.device_id = d.device_id ${this.isKnownGroup()})`;
    }
    if (at === null) return `${this.valueOf("d", field)} = ANY (${among})`;
    const knownAt = this.knownAt();
    const known = knownAt === null ? "" : `AND v.recorded_at <= ${knownAt}`;
    // As asOf says: of the revisions in effect, the last one that changed the field.
    return `(SELECT ${this.valueOf("v", field)} FROM device_revision v
      WHERE v.tenant = $1 AND v.device_id = d.device_id ${known}
        AND v.effective_at <= ${this.parameter(at, "timestamptz")}
        AND v.changed @> ARRAY[${this.parameter(field.name, "text")}]
      ORDER BY v.revision DESC LIMIT 1) = ANY (${among})`;
  }

  rangeCondition({ field, from, to, recorded }: RangeClause): string {
    if (recorded !== null) {
      return `${this.valueOf("d", field)} = ANY (${this.parameter(recorded, "text[]")})`;
    }
    if (field.type === "VERSION") throw new Error(`the versions of ${field.name} were not read`);
    const value = this.valueOf("d", field);
    if (field.type === "TIME") return this.between(value, { from, to }, "timestamptz");
    if (field.type === "DATE") return this.between(`(${value}) COLLATE "C"`, { from, to }, "text");
    // Whatever else stands there is no number, and never in a range.
    const isNumber = `${value} ~ '^-?[0-9]+([.][0-9]+)?$'`;
    const between = this.between(`(${value})::numeric`, { from, to }, "numeric");
    return `CASE WHEN ${isNumber} THEN ${between} END`;
  }

  private between(
    value: string,
    { from, to }: { from: string | null; to: string | null },
    type: string,
  ): string {
    const bounds = [
      ...(from === null ? [] : [`${value} >= ${this.parameter(from, type)}`]),
      ...(to === null ? [] : [`${value} <= ${this.parameter(to, type)}`]),
    ];
    return `(${bounds.join(" AND ")})`;
  }

  stretches({ range }: SerialRangeClause, value: string): string {
    const stretches = range.stretches.map(({ beginning, digits, end, lowest, highest }) => {
      const pattern = `^${escaped(beginning)}[0-9]{${digits}}${escaped(end)}$`;
      return `(${value} COLLATE "C" >= ${this.parameter(lowest, "text")}
        AND ${value} COLLATE "C" <= ${this.parameter(highest, "text")}
        AND ${value} ~ ${this.parameter(pattern, "text")})`;
    });
    return `(${stretches.join(" OR ")})`;
  }

  /**
   * A walk over installations, made once and kept as a list: PostgreSQL takes a recursion to find
   * tenfold at each step, and would choose the plan of all else by that.
   */
  containing(clause: ComponentClause): string {
    const firstParameter = this.firstParameter + this.parameters.length;
    const set = devicesContaining(clause, { knownAt: this.known, firstParameter });
    this.parameters.push(...set.parameters);
    return `SELECT w.device_id FROM unnest(ARRAY(${set.text})) AS w (device_id)`;
  }

  inGroup(field: CriterionField, among: string): string {
    const name = this.parameter(field.name, "text");
    return `g.tenant = $1 AND g.field = ${name} AND g.value = ANY (${among})`;
  }

  private isKnownGroup(): string {
    const knownAt = this.knownAt();
    if (knownAt === null) return "";
    return `AND EXISTS (SELECT FROM device_revision v WHERE v.tenant = $1
      AND v.device_id = g.device_id AND v.revision = g.from_revision
      AND v.recorded_at <= ${knownAt})`;
  }

  private valueOf(row: "d" | "v", { name, isBuiltIn }: CriterionField): string {
    if (isBuiltIn) return `${row}.${columnOf(name)}`;
    return `${row}.attributes->>${this.parameter(name, "text")}`;
  }

  parameter(value: unknown, type: string): string {
    return `$${this.firstParameter + this.parameters.push(value) - 1}::${type}`;
  }
}

/** A text as a part of a pattern that it alone matches. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
