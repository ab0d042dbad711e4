import type { Caller } from "../../../shared/caller.ts";
import { chosenColumns } from "../../../shared/export/export-column.ts";
import type {
  ExportRows,
  ExportSource,
  SourceOf,
} from "../../../shared/export/export-rows.store.ts";
import type {
  ExportBody,
  ExportQuestion,
  RequestFacts,
} from "../../../shared/graph/subgraph-service.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import { FieldDefinitionStore } from "../field-definition/field-definition.store.ts";
import { ProductionGroupStore } from "../production-group/production-group.store.ts";
import { assertGroupable, isGroupField } from "../production-group/production-group.ts";
import { partnerOf } from "../share/partner-sight.ts";
import { columnSql } from "./column-sql.store.ts";
import { type ColumnsOf, recordColumns } from "./export-columns.ts";
import {
  assertMayExport,
  type Exported,
  type GroupSelection,
  readGroupSelection,
  unknownGroup,
} from "./export-selection.ts";
import { type Asking, allDevices, allRevisions, devicesInGroup } from "./export-source.store.ts";

/** Begins an export of the manufacturing record, as far as it is the caller's to read. */
export async function exportRecords(
  rows: ExportRows,
  caller: Caller,
  { question, request }: { question: ExportQuestion; request: RequestFacts },
): Promise<ExportBody> {
  const what = assertMayExport(question.what, caller);
  const sourceOf: SourceOf = (snapshot) => sourceFor(what, { question, caller, sql: snapshot.sql });
  return rows.begin(caller, question, { ...request, sourceOf });
}

interface Asked {
  question: ExportQuestion;
  caller: Caller;
  sql: Sql;
}

async function sourceFor(what: Exported, asked: Asked): Promise<ExportSource> {
  const { question, caller, sql } = asked;
  const partner = partnerOf(caller);
  const isPartner = partner !== null;
  const type: ColumnsOf = what === "revisions" ? "DeviceRevision" : "Device";
  const definitions = await new FieldDefinitionStore(sql, caller.tenant).all();
  const offered = recordColumns(type, { roles: caller.roles, isPartner }, definitions);
  const columns = chosenColumns(offered, question.columns).map((column) =>
    columnSql({ name: column.name, type: column.type }, isPartner),
  );
  const selected = await rowsOf(what, { tenant: caller.tenant, partner }, asked);
  return { columns, ...selected };
}

async function rowsOf(what: Exported, asking: Asking, { question, sql }: Asked) {
  switch (what) {
    case "devices":
      return allDevices(asking);
    case "revisions":
      return allRevisions(asking);
    case "group": {
      const group = readGroupSelection(question.selection);
      await assertKnownGroup(group, asking, sql);
      return devicesInGroup(asking, group);
    }
  }
}

/** Refuses what groups nothing, and a value that nothing that may be told of ever had. */
async function assertKnownGroup(
  group: GroupSelection,
  { tenant, partner }: Asking,
  sql: Sql,
): Promise<void> {
  // A partner that has no share of the field does not even learn whether there is one.
  if (partner === null && !isGroupField(group.field)) {
    assertGroupable(group.field, await new FieldDefinitionStore(sql, tenant).all());
  }
  const groups = new ProductionGroupStore(sql, tenant, partner);
  if (!(await groups.exists.load(group))) throw unknownGroup(group);
}
