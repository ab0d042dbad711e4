import DataLoader from "dataloader";
import { loadBy } from "../../../shared/load-by.ts";
import type { Page } from "../../../shared/page.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { ComponentEntity } from "./component.entity.ts";
import { type ComponentFilter, type ComponentName, keyOfName } from "./component.ts";

/** A component as read: the tenant is the caller's and need not be read. */
export type ComponentRow = Omit<ComponentEntity, "tenant">;

const READ = columnsOf(ComponentEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);
const COLUMNS = selectList(ComponentEntity, { prefix: "c.", only: READ });

const BY_ID = statement(
  "component_by_id",
  `SELECT ${COLUMNS} FROM component c WHERE c.tenant = $1 AND c.component_id = ANY ($2::bigint[])`,
);

const BY_NAME = statement(
  "component_by_name",
  `SELECT n.supplier AS "nameSupplier", n.part_number AS "namePartNumber", n.kind, n.value, ${COLUMNS}
   FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
     AS asked (supplier, part_number, kind, value)
   JOIN component_identifier n ON n.tenant = $1 AND n.supplier = asked.supplier
     AND n.part_number = asked.part_number AND n.kind = asked.kind AND n.value = asked.value
   JOIN component c ON c.tenant = $1 AND c.component_id = n.component_id`,
);

/** The columns of what a filter gives, in the order of its parameters. */
const FILTERED = {
  supplier: "c.supplier",
  partNumber: "c.part_number",
  serialNumber: "c.serial_number",
  supplierLot: "c.supplier_lot",
} as const;
type Filtered = keyof typeof FILTERED;
const FILTERS = Object.keys(FILTERED) as Filtered[];

/** One statement for each set of members that are given, so that each uses the index for it. */
function filtered(
  name: string,
  filter: ComponentFilter,
  text: (where: string, next: number) => string,
): { asked: Statement; values: string[] } {
  const given = FILTERS.filter((member) => filter[member] != null);
  const where = given.map((member, index) => `${FILTERED[member]} = $${index + 2}`).join(" AND ");
  return {
    asked: statement(
      `${name}_by_${given.join("_")}`,
      text(`c.tenant = $1 AND ${where}`, given.length + 2),
    ),
    values: given.map((member) => filter[member] ?? ""),
  };
}

const BEYOND_ALL = Number.MAX_SAFE_INTEGER;

/** All SQL that reads components. Lives for one request. */
export class ComponentStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byId = loadBy(
    (ids: readonly number[]) => this.sql.rows<ComponentRow>(BY_ID, [this.tenant, ids]),
    ({ componentId }) => componentId,
  );

  readonly byName = new DataLoader<ComponentName, ComponentRow | null, string>(
    async (names) => {
      const found = await this.named(names);
      return names.map((name) => found.get(keyOfName(name)) ?? null);
    },
    { maxBatchSize: 1_000, cacheKeyFn: keyOfName },
  );

  forget(): void {
    this.byId.clearAll();
    this.byName.clearAll();
  }

  /** The rows of a page and one beyond it, from the page's end. Answer them through `cutPage`. */
  page(filter: ComponentFilter, { size, after, before, backward }: Page): Promise<ComponentRow[]> {
    const direction = backward ? "DESC" : "ASC";
    const { asked, values } = filtered(
      `components_${direction}`,
      filter,
      (where, next) => `SELECT ${COLUMNS} FROM component c WHERE ${where}
        AND c.component_id > $${next} AND c.component_id < $${next + 1}
        ORDER BY c.component_id ${direction} LIMIT $${next + 2}`,
    );
    const bounds = [after ?? 0, before ?? BEYOND_ALL, size + 1];
    return this.sql.rows(asked, [this.tenant, ...values, ...bounds]);
  }

  async count(filter: ComponentFilter): Promise<number> {
    const { asked, values } = filtered(
      "component_count",
      filter,
      (where) => `SELECT count(*) AS count FROM component c WHERE ${where}`,
    );
    const [row] = await this.sql.rows<{ count: number }>(asked, [this.tenant, ...values]);
    return row?.count ?? 0;
  }

  /** The ids of what a filter finds, at most `limit`. */
  async ids(filter: ComponentFilter, limit: number): Promise<number[]> {
    const { asked, values } = filtered(
      "component_ids",
      filter,
      (where, next) =>
        `SELECT c.component_id AS id FROM component c WHERE ${where}
         ORDER BY c.component_id LIMIT $${next}`,
    );
    const rows = await this.sql.rows<{ id: number }>(asked, [this.tenant, ...values, limit]);
    return rows.map(({ id }) => id);
  }

  private async named(names: readonly ComponentName[]): Promise<Map<string, ComponentRow>> {
    interface Named extends ComponentRow {
      nameSupplier: string;
      namePartNumber: string;
      kind: ComponentName["kind"];
      value: string;
    }
    const rows = await this.sql.rows<Named>(BY_NAME, [
      this.tenant,
      names.map(({ supplier }) => supplier),
      names.map(({ partNumber }) => partNumber),
      names.map(({ kind }) => kind),
      names.map(({ value }) => value),
    ]);
    return new Map(
      rows.map(({ nameSupplier, namePartNumber, kind, value, ...component }) => [
        keyOfName({ supplier: nameSupplier, partNumber: namePartNumber, kind, value }),
        component,
      ]),
    );
  }
}
