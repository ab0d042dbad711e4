import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { DocumentEntity } from "./document.entity.ts";
import type { VariableLimits } from "./document.ts";

/** What stands already under an id that is published. */
export interface StandingDocument {
  documentId: string;
  text: string;
  variableLimits: VariableLimits;
  isRetired: boolean;
  /** Whether the version that is published holds it already. */
  isHeld: boolean;
}
export type DocumentToWrite = Pick<
  DocumentEntity,
  | "documentId"
  | "text"
  | "operationName"
  | "operationType"
  | "variableLimits"
  | "nodes"
  | "values"
  | "fetches"
>;

const STANDING = statement(
  "publication_standing",
  `SELECT d.document_id AS "documentId", d.text, d.variable_limits AS "variableLimits",
     d.retired_at IS NOT NULL AS "isRetired", EXISTS (
       SELECT FROM document_version v WHERE v.tenant = $1 AND v.client = $2
         AND v.document_id = d.document_id AND v.version = $4) AS "isHeld"
   FROM document d WHERE d.tenant = $1 AND d.client = $2 AND d.document_id = ANY($3::text[])`,
);
const VERSION = statement(
  "publication_version",
  `SELECT retired_at IS NOT NULL AS "isRetired" FROM client_version
   WHERE tenant = $1 AND client = $2 AND version = $3`,
);
const VERSIONS = statement(
  "publication_versions",
  "SELECT count(*) AS count FROM client_version WHERE tenant = $1 AND client = $2",
);
const ADD_VERSION = statement(
  "publication_add_version",
  `INSERT INTO client_version (tenant, client, version, published_at)
   VALUES ($1, $2, $3, clock_timestamp()) ON CONFLICT DO NOTHING`,
);
/** A document that is published again is live again, within the limits given now. */
const WRITE = statement(
  "publication_write",
  `INSERT INTO document AS d (tenant, client, document_id, position, text, operation_name,
     operation_type, variable_limits, nodes, field_values, fetches, published_at, published_by)
   SELECT $1, $2, "documentId", $5 + ordinality, text, "operationName", "operationType",
     "variableLimits", nodes, "values", fetches, clock_timestamp(), $4
   FROM ROWS FROM (jsonb_to_recordset($3) AS ("documentId" text, text text, "operationName" text,
     "operationType" text, "variableLimits" jsonb, nodes bigint, "values" bigint, fetches integer))
     WITH ORDINALITY
   ON CONFLICT (tenant, client, document_id) DO UPDATE SET
     variable_limits = excluded.variable_limits, nodes = excluded.nodes,
     field_values = excluded.field_values, fetches = excluded.fetches,
     published_at = excluded.published_at, published_by = excluded.published_by,
     retired_at = NULL`,
);
const HOLD = statement(
  "publication_hold",
  `INSERT INTO document_version (tenant, client, version, document_id)
   SELECT $1, $2, $3, document_id FROM unnest($4::text[]) AS held (document_id)
   ON CONFLICT DO NOTHING`,
);
const RETIRE_VERSION = statement(
  "publication_retire_version",
  `UPDATE client_version SET retired_at = clock_timestamp()
   WHERE tenant = $1 AND client = $2 AND version = $3 AND retired_at IS NULL RETURNING version`,
);
const LIVE = statement(
  "publication_live",
  `SELECT count(*) AS count FROM document d
   WHERE d.tenant = $1 AND d.client = $2 AND d.retired_at IS NULL AND EXISTS (
     SELECT FROM document_version v JOIN client_version c USING (tenant, client, version)
     WHERE v.tenant = $1 AND v.client = $2 AND v.document_id = d.document_id
       AND c.retired_at IS NULL)`,
);
const RETIRE = statement(
  "publication_retire",
  `UPDATE document SET retired_at = clock_timestamp()
   WHERE tenant = $1 AND client = $2 AND document_id = ANY($3::text[]) AND retired_at IS NULL`,
);

/** Publishes and retires documents of a client whose row this transaction holds. */
export class PublicationStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  standing(client: string, version: string, ids: readonly string[]): Promise<StandingDocument[]> {
    return this.sql.rows<StandingDocument>(STANDING, [this.tenant, client, ids, version]);
  }

  /** null: nothing was published in it yet. */
  async version(client: string, version: string): Promise<{ isRetired: boolean } | null> {
    const values = [this.tenant, client, version];
    const [row] = await this.sql.rows<{ isRetired: boolean }>(VERSION, values);
    return row ?? null;
  }

  async versions(client: string): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(VERSIONS, [this.tenant, client]);
    return row?.count ?? 0;
  }

  async addVersion(client: string, version: string): Promise<void> {
    await this.sql.rows(ADD_VERSION, [this.tenant, client, version]);
  }

  /** Writes documents; new ones take the positions behind those that the client ever had. */
  async write(
    client: string,
    documents: readonly DocumentToWrite[],
    { actor, before }: { actor: string; before: number },
  ): Promise<void> {
    const values = [this.tenant, client, JSON.stringify(documents), actor, before];
    await this.sql.rows(WRITE, values);
  }

  /** Notes that a version holds these documents. */
  async hold(client: string, version: string, ids: readonly string[]): Promise<void> {
    await this.sql.rows(HOLD, [this.tenant, client, version, ids]);
  }

  /** Whether it was live until now. */
  async retireVersion(client: string, version: string): Promise<boolean> {
    const rows = await this.sql.rows(RETIRE_VERSION, [this.tenant, client, version]);
    return rows.length > 0;
  }

  async retire(client: string, ids: readonly string[]): Promise<void> {
    await this.sql.rows(RETIRE, [this.tenant, client, ids]);
  }

  /** How many documents the client may run now. */
  async live(client: string): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(LIVE, [this.tenant, client]);
    return row?.count ?? 0;
  }
}
