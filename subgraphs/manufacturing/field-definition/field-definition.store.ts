import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import type { DefinedField } from "./define-field.ts";
import { FieldDefinitionEntity } from "./field-definition.entity.ts";
import type { FieldDefinition } from "./field-definition.ts";

const READ = columnsOf(FieldDefinitionEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);
const COLUMNS = selectList(FieldDefinitionEntity, { only: READ });

const ALL = statement(
  "field_definitions",
  `SELECT ${COLUMNS} FROM field_definition WHERE tenant = $1 ORDER BY name`,
);

const SAVE = statement(
  "save_field_definition",
  `INSERT INTO field_definition
     (tenant, name, type, is_required, is_groupable, pattern, allowed_values, label, description, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, statement_timestamp())
   ON CONFLICT (tenant, name) DO UPDATE SET
     is_required = EXCLUDED.is_required, is_groupable = EXCLUDED.is_groupable,
     pattern = EXCLUDED.pattern, allowed_values = EXCLUDED.allowed_values, label = EXCLUDED.label,
     description = EXCLUDED.description, retired_at = NULL
   RETURNING ${COLUMNS}`,
);

const RETIRE = statement(
  "retire_field_definition",
  `UPDATE field_definition SET retired_at = COALESCE(retired_at, statement_timestamp())
   WHERE tenant = $1 AND name = $2 RETURNING ${COLUMNS}`,
);

const LONGEST_VALUE = `SELECT COALESCE(max(length(attributes->>$2)), 0) AS longest
  FROM device_revision WHERE tenant = $1 AND $2 = ANY (changed)`;

// A revision names in `changed` every custom field that it set, changed or removed.
const BACKFILL = `INSERT INTO device_group (tenant, field, value, device_id, from_revision)
  SELECT tenant, $2, COALESCE(attributes->>$2, ''), device_id, revision
  FROM device_revision WHERE tenant = $1 AND $2 = ANY (changed)
  ON CONFLICT DO NOTHING`;

const BACKFILL_PATIENCE = { statementTimeoutMs: LIMITS.backfillTimeoutMs };

/** All SQL about field definitions. Lives for one request. */
export class FieldDefinitionStore {
  private known: Promise<FieldDefinition[]> | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** All definitions, retired ones too, read once a request. */
  all(): Promise<FieldDefinition[]> {
    this.known ??= this.sql.rows<FieldDefinition>(ALL, [this.tenant]);
    return this.known;
  }

  /**
   * As `all`, for a transaction that writes devices: until it ends no field begins to group, so
   * that its memberships are complete.
   */
  async allForWriting(): Promise<FieldDefinition[]> {
    this.known ??= this.sql
      .run("LOCK TABLE device IN ROW EXCLUSIVE MODE")
      .then(() => this.sql.rows<FieldDefinition>(ALL, [this.tenant]));
    return this.known;
  }

  forget(): void {
    this.known = undefined;
  }

  /** Until the transaction ends nobody else changes definitions. Reading goes on. */
  async lock(): Promise<void> {
    await this.sql.run("LOCK TABLE field_definition IN SHARE ROW EXCLUSIVE MODE");
  }

  async save(field: DefinedField): Promise<FieldDefinition> {
    const { name, type, isRequired, isGroupable, pattern, values, label, description } = field;
    const given = [name, type, isRequired, isGroupable, pattern, values, label, description];
    const [saved] = await this.sql.rows<FieldDefinition>(SAVE, [this.tenant, ...given]);
    if (!saved) throw new Error(`field ${name} was not saved`);
    return saved;
  }

  async retire(name: string): Promise<FieldDefinition | null> {
    const [retired] = await this.sql.rows<FieldDefinition>(RETIRE, [this.tenant, name]);
    return retired ?? null;
  }

  /**
   * Holds off all writers of devices until the transaction ends: none can have read that the field
   * does not group and write after the backfill, because `allForWriting` locks before it reads.
   */
  async holdWriters(): Promise<void> {
    const { statementTimeoutMs } = BACKFILL_PATIENCE;
    await this.sql.run(`SET LOCAL statement_timeout = ${statementTimeoutMs}`);
    await this.sql.run("LOCK TABLE device IN SHARE MODE", [], BACKFILL_PATIENCE);
  }

  /** The most characters that any revision has in this field. */
  async longestValue(name: string): Promise<number> {
    const [row] = await this.sql.run<{ longest: number }>(
      LONGEST_VALUE,
      [this.tenant, name],
      BACKFILL_PATIENCE,
    );
    return row?.longest ?? 0;
  }

  /** Writes the memberships that the revisions imply for a field that begins to group. */
  async backfillGroups(name: string): Promise<void> {
    await this.sql.run(BACKFILL, [this.tenant, name], BACKFILL_PATIENCE);
  }
}
