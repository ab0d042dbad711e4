import { loadBy } from "../../../shared/load-by.ts";
import { cutPage, type Page, type PageOf } from "../../../shared/page.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { DocumentEntity } from "./document.entity.ts";

/** A document as read, with all versions that hold it. */
export interface DocumentRow extends Omit<DocumentEntity, "tenant"> {
  versions: string[];
  /** Whether its client may run it: it is not retired, nor are all versions that hold it. */
  isLive: boolean;
}
export interface DocumentKey {
  client: string;
  documentId: string;
}

/** The document `d`, with its versions. */
const COLUMNS = `${selectList(DocumentEntity, { prefix: "d." })},
  ARRAY(SELECT v.version FROM document_version v WHERE v.tenant = d.tenant
    AND v.client = d.client AND v.document_id = d.document_id ORDER BY v.version) AS versions,
  d.retired_at IS NULL AND EXISTS (
    SELECT FROM document_version v JOIN client_version c USING (tenant, client, version)
    WHERE v.tenant = d.tenant AND v.client = d.client AND v.document_id = d.document_id
      AND c.retired_at IS NULL) AS "isLive"`;
const OF_LIST = `d.tenant = $1 AND d.client = $2 AND ($3::text IS NULL OR EXISTS (
  SELECT FROM document_version v WHERE v.tenant = $1 AND v.client = $2
    AND v.document_id = d.document_id AND v.version = $3))`;

const BY_KEY = statement(
  "document_by_key",
  `SELECT ${COLUMNS} FROM unnest($2::text[], $3::text[]) AS asked (client, document_id)
   JOIN document d USING (client, document_id) WHERE d.tenant = $1`,
);
const COUNT = statement(
  "document_count",
  `SELECT count(*) AS count FROM document d WHERE ${OF_LIST}`,
);
const PAGE = (order: "ASC" | "DESC") =>
  statement(
    `document_page_${order}`,
    `SELECT ${COLUMNS} FROM document d
     WHERE ${OF_LIST} AND d.position > coalesce($4, 0) AND d.position < coalesce($5, 2147483647)
     ORDER BY d.position ${order} LIMIT $6`,
  );
const PAGES = { forward: PAGE("ASC"), backward: PAGE("DESC") };

const keyOf = ({ client, documentId }: DocumentKey) => `${client}/${documentId}`;

/** Reads published documents. Lives for one request. */
export class DocumentStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** By `<client>/<documentId>`. */
  readonly byKey = loadBy((keys: readonly string[]) => {
    const parts = keys.map((key) => [
      key.slice(0, key.indexOf("/")),
      key.slice(key.indexOf("/") + 1),
    ]);
    const values = [this.tenant, parts.map(([client]) => client), parts.map(([, id]) => id)];
    return this.sql.rows<DocumentRow>(BY_KEY, values);
  }, keyOf);

  /** The client's documents, or those that one version of it holds. */
  async page(client: string, version: string | null, page: Page): Promise<PageOf<DocumentRow>> {
    const { after, before, size } = page;
    const query = page.backward ? PAGES.backward : PAGES.forward;
    const values = [this.tenant, client, version, after, before, size + 1];
    return cutPage(page, await this.sql.rows<DocumentRow>(query, values));
  }

  async count(client: string, version: string | null): Promise<number> {
    const values = [this.tenant, client, version];
    const [row] = await this.sql.rows<{ count: number }>(COUNT, values);
    return row?.count ?? 0;
  }
}
