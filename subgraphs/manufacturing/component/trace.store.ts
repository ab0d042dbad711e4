import { DomainError } from "../../../shared/domain-error.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import {
  ASKED_INSTALLATIONS,
  type AskedInstallations,
  askedParameters,
  type Side,
} from "./installation.store.ts";
import { type Step, type Trace, walk } from "./trace.ts";

/** UP: to what contains an item. DOWN: to what it contains. */
export type Direction = "UP" | "DOWN";

/** One probe of an index an item, which OFFSET 0 holds PostgreSQL to, however many items there are. */
function stepsFrom(near: Side, far: Side) {
  return statement(
    `trace_from_${near}`,
    `SELECT i.installation_id AS "installationId", asked.item_id AS near, i.far
     FROM unnest($5::bigint[]) AS asked (item_id)
     CROSS JOIN LATERAL (SELECT i.installation_id, i.${far}_id AS far
       FROM ${ASKED_INSTALLATIONS} AND i.${near}_id = asked.item_id OFFSET 0) i
     ORDER BY i.installation_id LIMIT $6`,
  );
}
const STEPS = { UP: stepsFrom("child", "parent"), DOWN: stepsFrom("parent", "child") };

/** Walks over installations. Lives for one request. */
export class TraceStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** A statement a level. Throws LIMIT_EXCEEDED where there are more installations than it bears. */
  trace(
    beginning: readonly number[],
    asked: AskedInstallations & { direction: Direction; levels: number },
  ): Promise<Trace> {
    const most = LIMITS.traceInstallations;
    let met = 0;
    return walk(beginning, asked.levels, async (items) => {
      const rows = await this.sql.rows<Step>(STEPS[asked.direction], [
        ...askedParameters(this.tenant, asked),
        items,
        most - met + 1,
      ]);
      met += rows.length;
      if (met > most) throw tooMany(most);
      return rows;
    });
  }
}

function tooMany(most: number): DomainError {
  return new DomainError(
    "LIMIT_EXCEEDED",
    `more than ${most} installations lie on the way: ask for fewer levels, or begin at less`,
    { most },
  );
}
