import { statement } from "../postgres/database.ts";
import type { ContentFields, ContentKind } from "./content-fields.ts";
import type { Entry, EntryType } from "./entry.ts";

/** SQL expressions of the members of an entry; the tenant and the id need no escapes in JSON. */
export interface EntryExpressions extends Record<Exclude<keyof Entry, "type">, string> {
  type: EntryType;
}

/**
 * The SQL of an entry's text, the same as `entryText` makes. Written where the row is written, so
 * that it has the very time that the row has.
 */
export function entrySql({ actor, at, content, id, tenant, type }: EntryExpressions): string {
  return `'{"actor":"' || ${actor} || '","at":"' || ${timeSql(at)} || '","content":"' || ${content}
    || '","id":"' || ${id} || '","tenant":"' || ${tenant} || '","type":"${type}","v":1}'`;
}

/** Enters the rows of `from`: a part of the statement that writes them. */
export function enterSql({ from, ...entry }: EntryExpressions & { from: string }): string {
  return `INSERT INTO ledger_pending (tenant, id, entry)
    SELECT ${entry.tenant}, ${entry.id}, ${entrySql(entry)} FROM ${from}`;
}

/** The SQL of `contentHash(contentText(fields, row))`, each member by its expression. */
export function contentSql<Fields extends ContentFields>(
  fields: Fields,
  expressions: Readonly<Record<keyof Fields & string, string>>,
): string {
  const members = Object.keys(fields)
    .sort()
    .map((name) => {
      const kind = fields[name] as ContentKind;
      return `'"${name}":' || ${jsonSql(kind, expressions[name] as string)}`;
    });
  return `encode(sha256(convert_to('{' || concat_ws(',', ${members.join(", ")}) || '}', 'UTF8')), 'hex')`;
}

/** PostgreSQL escapes in JSON what RFC 8785 escapes, and nothing else. */
function jsonSql(kind: ContentKind, expression: string): string {
  switch (kind) {
    case "text":
    case "texts":
      return `to_json(${expression})::text`;
    case "integer":
      return `(${expression})::text`;
    case "time":
      return `'"' || ${timeSql(expression)} || '"'`;
    case "bytes":
      return `'"' || encode(${expression}, 'hex') || '"'`;
    case "real":
      return `'"' || encode(float4send(${expression}), 'hex') || '"'`;
    case "committed":
      return `'"' || ${expression} || '"'`;
  }
}

/** A time as `Timestamp` has it. */
function timeSql(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** Enters what is whole already. */
export const ENTER = statement(
  "ledger_enter",
  `INSERT INTO ledger_pending (tenant, id, entry)
   SELECT $1, id, entry FROM unnest($2::text[], $3::text[]) AS e (id, entry)`,
);
