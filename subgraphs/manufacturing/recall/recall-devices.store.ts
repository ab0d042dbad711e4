import type { Page } from "../../../shared/page.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import { DEVICE_COLUMNS, type DeviceRow } from "../device/device.store.ts";
import { BEYOND_ALL_DEVICES, NO_DEVICE } from "../production-group/member-statements.store.ts";
import type { Criteria } from "../recall-scope/criteria.ts";
import { criteriaSql } from "../recall-scope/criteria-sql.store.ts";
import type { DeviceSet } from "../recall-scope/device-set.ts";

/** Behind the tenant and a page's bounds. */
const SET_PARAMETERS = 5;

/**
 * The devices that stand to a recall in one of three ways: it holds them; it does not, and its
 * criteria give them now; it does, and its criteria do not any more.
 */
export type Standing =
  | { kind: "HELD"; recallId: number }
  | { kind: "CANDIDATE" | "DEPARTED"; recallId: number; criteria: Criteria };

/** Reads devices by how they stand to a recall. Lives for one request. */
export class RecallDeviceStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  page(standing: Standing, { size, after, before, backward }: Page): Promise<DeviceRow[]> {
    const direction = backward ? "DESC" : "ASC";
    const { text, parameters } = setOf(standing, SET_PARAMETERS);
    return this.sql.run<DeviceRow>(
      `SELECT ${DEVICE_COLUMNS} FROM device d WHERE d.tenant = $1 AND d.device_id IN (
         SELECT s.device_id FROM (${text}) s
         WHERE s.device_id > $2 AND s.device_id < $3 
         ORDER BY s.device_id ${direction} LIMIT $4)
       ORDER BY d.device_id ${direction}`,
      [this.tenant, after ?? NO_DEVICE, before ?? BEYOND_ALL_DEVICES, size + 1, ...parameters],
    );
  }

  async count(standing: Standing): Promise<number> {
    const { text, parameters } = setOf(standing, 2);
    const [row] = await this.sql.run<{ count: number }>(
      `SELECT count(*) AS count FROM (${text}) s`,
      [this.tenant, ...parameters],
    );
    return row?.count ?? 0;
  }
}

function setOf(standing: Standing, firstParameter: number): DeviceSet {
  const held = `SELECT i.device_id FROM recall_item i
    WHERE i.tenant = $1 AND i.recall_id = $${firstParameter}`;
  const { kind, recallId } = standing;
  if (kind === "HELD") return { text: held, parameters: [recallId] };
  const given = criteriaSql(standing.criteria, {
    knownAt: null,
    firstParameter: firstParameter + 1,
  });
  const [of, without] = kind === "CANDIDATE" ? [given.text, held] : [held, given.text];
  return {
    text: `SELECT device_id FROM (${of}) kept EXCEPT (${without})`,
    parameters: [recallId, ...given.parameters],
  };
}
