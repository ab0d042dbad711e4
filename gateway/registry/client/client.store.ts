import { isClientName } from "../../../shared/client-name.ts";
import { loadBy, loadManyBy } from "../../../shared/load-by.ts";
import { cutPage, type Page, type PageOf } from "../../../shared/page.ts";
import { selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import { ClientEntity } from "./client.entity.ts";
import type { ClientChangeKind, ClientTerms } from "./client.ts";
import { ClientRevisionEntity } from "./client-revision.entity.ts";

export type ClientRow = Omit<ClientEntity, "tenant">;
export type NewClient = Pick<ClientEntity, "name" | "kind"> & ClientTerms;
export type ClientChangeRow = Omit<ClientRevisionEntity, "tenant">;

/** What a revision says beside the client's terms. */
export interface ChangeNote {
  kind: ClientChangeKind;
  about: string | null;
  actor: string;
  reason: string | null;
}

const COLUMNS = selectList(ClientEntity);

const BY_NAME = statement(
  "client_by_name",
  `SELECT ${COLUMNS} FROM client WHERE tenant = $1 AND name = ANY($2::text[])`,
);
const COUNT = statement("client_count", "SELECT count(*) AS count FROM client WHERE tenant = $1");
const LOCK = statement(
  "client_lock",
  `SELECT ${COLUMNS} FROM client WHERE tenant = $1 AND name = $2 FOR UPDATE`,
);
const PAGE = (order: "ASC" | "DESC") =>
  statement(
    `client_page_${order}`,
    `SELECT ${COLUMNS} FROM client
     WHERE tenant = $1 AND position > coalesce($2, 0) AND position < coalesce($3, 2147483647)
     ORDER BY position ${order} LIMIT $4`,
  );
const PAGES = { forward: PAGE("ASC"), backward: PAGE("DESC") };
const NOTED = `noted AS (
     INSERT INTO client_revision (tenant, client, revision, kind, about, roles,
       requests_per_minute, is_active, at, actor, reason)
     SELECT tenant, name, revision, $6, $7, roles, requests_per_minute, is_active,
       clock_timestamp(), $8, $9 FROM written)`;
const ADD = statement(
  "client_add",
  `WITH place AS (
     INSERT INTO client_list AS l (tenant, clients) VALUES ($1, 1)
     ON CONFLICT (tenant) DO UPDATE SET clients = l.clients + 1 RETURNING clients),
   written AS (
     INSERT INTO client (tenant, name, kind, roles, requests_per_minute, is_active, revision,
       position, created_at)
     SELECT $1, $2, $10, $3, $4, $5, 1, clients, clock_timestamp() FROM place
     ON CONFLICT (tenant, name) DO NOTHING
     RETURNING *), ${NOTED}
   SELECT ${COLUMNS} FROM written`,
);
const REVISE = statement(
  "client_revise",
  `WITH written AS (
     UPDATE client SET roles = $3, requests_per_minute = $4, is_active = $5,
       revision = revision + 1
     WHERE tenant = $1 AND name = $2 RETURNING *), ${NOTED}
   SELECT ${COLUMNS} FROM written`,
);
const GIVE_POSITIONS = statement(
  "client_give_positions",
  `UPDATE client SET documents = documents + $3 WHERE tenant = $1 AND name = $2
   RETURNING documents - $3 AS before`,
);
const CHANGES = statement(
  "client_changes",
  `SELECT ${selectList(ClientRevisionEntity)} FROM (
     SELECT *, row_number() OVER (PARTITION BY client ORDER BY revision DESC) AS rank
     FROM client_revision WHERE tenant = $1 AND client = ANY($2::text[])) ranked
   WHERE rank <= $3 ORDER BY client, revision DESC`,
);

/** All SQL about clients but their keys. Lives for one request. */
export class ClientStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  readonly byName = loadBy(
    async (names: readonly string[]) => {
      const possible = names.filter(isClientName);
      return possible.length === 0
        ? []
        : this.sql.rows<ClientRow>(BY_NAME, [this.tenant, possible]);
    },
    ({ name }) => name,
  );

  /** The newest changes of a client, newest first. */
  readonly changesOf = loadManyBy(
    (names: readonly string[]) =>
      this.sql.rows<ClientChangeRow>(CHANGES, [this.tenant, names, LIMITS.listedChanges]),
    ({ client }) => client,
  );

  async page(page: Page): Promise<PageOf<ClientRow>> {
    const { after, before, size } = page;
    const query = page.backward ? PAGES.backward : PAGES.forward;
    const values = [this.tenant, after, before, size + 1];
    return cutPage(page, await this.sql.rows<ClientRow>(query, values));
  }

  async count(): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(COUNT, [this.tenant]);
    return row?.count ?? 0;
  }

  /** Reads the client and holds its row until the transaction ends. */
  async lock(name: string): Promise<ClientRow | null> {
    if (!isClientName(name)) return null;
    const [row] = await this.sql.rows<ClientRow>(LOCK, [this.tenant, name]);
    return row ?? null;
  }

  /** Writes a new client with its first revision; null where the name is taken. */
  async add(client: NewClient, actor: string): Promise<ClientRow | null> {
    const { name, kind, roles, requestsPerMinute, isActive } = client;
    const terms = [this.tenant, name, roles, requestsPerMinute, isActive];
    const [row] = await this.sql.rows<ClientRow>(ADD, [...terms, "ADDED", null, actor, null, kind]);
    return row ?? null;
  }

  /** Writes the next revision of a client that this transaction has locked. */
  async revise(
    name: string,
    { roles, requestsPerMinute, isActive }: ClientTerms,
    { kind, about, actor, reason }: ChangeNote,
  ): Promise<ClientRow> {
    const terms = [this.tenant, name, roles, requestsPerMinute, isActive];
    const [row] = await this.sql.rows<ClientRow>(REVISE, [...terms, kind, about, actor, reason]);
    if (!row) throw new Error("a locked client is gone");
    return row;
  }

  /** Counts so many documents more of a locked client; answers how many it had before. */
  async giveDocuments(name: string, more: number): Promise<number> {
    const [row] = await this.sql.rows<{ before: number }>(GIVE_POSITIONS, [
      this.tenant,
      name,
      more,
    ]);
    if (!row) throw new Error("a locked client is gone");
    return row.before;
  }
}
