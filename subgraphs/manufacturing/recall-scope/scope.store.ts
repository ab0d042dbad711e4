import type { Page } from "../../../shared/page.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import {
  COLUMNS_TO_READ,
  type DeviceColumns,
  type DeviceRow,
  namedDevice,
} from "../device/device.store.ts";
import {
  BEYOND_ALL_DEVICES,
  columnOf,
  NO_DEVICE,
} from "../production-group/member-statements.store.ts";
import type { ScopeQuestion, ScopeShare } from "./criteria.ts";
import { criteriaSql, stateAt } from "./criteria-sql.store.ts";
import type { CriterionField } from "./criterion-field.ts";
import { pageOfSet } from "./scope-page.store.ts";

/** What a scope is broken down by in the database. */
export type BreakdownField = CriterionField | "provisioned";

/** All SQL about recall scopes, which is made for the occasion. Lives for one request. */
export class ScopeStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  async count({ criteria, knownAt }: ScopeQuestion): Promise<number> {
    const { text, parameters } = criteriaSql(criteria, { knownAt, firstParameter: 2 });
    const [row] = await this.sql.run<{ count: number }>(
      `SELECT count(*) AS count FROM (${text}) s`,
      [this.tenant, ...parameters],
    );
    return row?.count ?? 0;
  }

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  async page(question: ScopeQuestion, page: Page, columns: DeviceColumns): Promise<DeviceRow[]> {
    const { size, after, before, backward } = page;
    const bounds = [after ?? NO_DEVICE, before ?? BEYOND_ALL_DEVICES, size + 1];
    const set = pageOfSet(question, { backward, firstParameter: 5 });
    const rows = await this.sql.run<DeviceRow>(
      `SELECT ${COLUMNS_TO_READ[columns]} FROM device d
       WHERE d.tenant = $1 AND d.device_id IN (${set.text})
       ORDER BY d.device_id ${backward ? "DESC" : "ASC"}`,
      [this.tenant, ...bounds, ...set.parameters],
    );
    return columns === "NAMES" ? rows.map(namedDevice) : rows;
  }

  /** Of each value how many devices have it, the most frequent first, as known then. */
  breakdown(question: ScopeQuestion, by: BreakdownField, first: number): Promise<ScopeShare[]> {
    const states = this.states(question, 3);
    const own = states.parameters.length + 3;
    const isCustom = by !== "provisioned" && !by.isBuiltIn;
    const value = valueText(by, `$${own}::text`);
    return this.sql.run<ScopeShare>(
      `SELECT ${value} AS value, count(*) AS count FROM (${states.text}) d
       GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $2`,
      [this.tenant, first, ...states.parameters, ...(isCustom ? [by.name] : [])],
    );
  }

  /** The connhexIds of a scope's devices as known then, null for each that has none; at most `most`. */
  async connhexIds(question: ScopeQuestion, most: number): Promise<(string | null)[]> {
    const { text, parameters } = this.states(question, 3);
    const rows = await this.sql.run<{ connhexId: string | null }>(
      `SELECT d.connhex_id AS "connhexId" FROM (${text}) d LIMIT $2`,
      [this.tenant, most, ...parameters],
    );
    return rows.map(({ connhexId }) => connhexId);
  }

  /** The states of a scope's devices, as known then. */
  private states({ criteria, knownAt }: ScopeQuestion, firstParameter: number) {
    const set = criteriaSql(criteria, { knownAt, firstParameter });
    if (knownAt === null) {
      const text = `SELECT n.* FROM (${set.text}) s JOIN device n
        ON n.tenant = $1 AND n.device_id = s.device_id`;
      return { text, parameters: set.parameters };
    }
    const at = `$${firstParameter + set.parameters.length}::timestamptz`;
    const text = `SELECT state.* FROM (${set.text}) c CROSS JOIN LATERAL (${stateAt(at)}) state`;
    return { text, parameters: [...set.parameters, knownAt] };
  }
}

function valueText(by: BreakdownField, name: string): string {
  if (by === "provisioned") return "(d.connhex_id IS NOT NULL)::text";
  return by.isBuiltIn ? `d.${columnOf(by.name)}::text` : `d.attributes->>${name}`;
}
