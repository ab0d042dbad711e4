import type { Caller } from "../../../shared/caller.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { chosenColumns } from "../../../shared/export/export-column.ts";
import type {
  ExportRows,
  ExportSource,
  SourceOf,
} from "../../../shared/export/export-rows.store.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import type {
  ExportBody,
  ExportQuestion,
  RequestFacts,
} from "../../../shared/graph/subgraph-service.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import { DeviceStore } from "../device/device.store.ts";
import { DeviceRevisionStore } from "../device/device-revision.store.ts";
import { FieldDefinitionStore } from "../field-definition/field-definition.store.ts";
import { ProductionGroupStore } from "../production-group/production-group.store.ts";
import { assertGroupable, isGroupField } from "../production-group/production-group.ts";
import type { RevisionProofs } from "../proof/revision-proofs.store.ts";
import { RecallStore } from "../recall/recall.store.ts";
import { checkedCriteria } from "../recall-scope/checked-criteria.ts";
import { ContainedComponentStore } from "../recall-scope/contained-component.store.ts";
import type { ScopeQuestion } from "../recall-scope/criteria.ts";
import { RecordedValueStore } from "../recall-scope/recorded-value.store.ts";
import { partnerOf } from "../share/partner-sight.ts";
import { columnSql } from "./column-sql.store.ts";
import { allInstallations } from "./component-source.store.ts";
import { type ColumnsOf, recordColumns } from "./export-columns.ts";
import {
  assertCarriesProofs,
  assertMayExport,
  type Exported,
  type GroupSelection,
  type ReadCriteria,
  readGroupSelection,
  readKnownAt,
  readSerialNumber,
  unknownGroup,
} from "./export-selection.ts";
import {
  type Asking,
  allDevices,
  allRevisions,
  devicesInGroup,
  devicesInScope,
  devicesOfRecall,
} from "./export-source.store.ts";
import { PROOF, withProofs } from "./proof-column.store.ts";

export interface RecordsQuestion {
  question: ExportQuestion;
  request: RequestFacts;
  readCriteria: ReadCriteria;
  /** Makes proofs that lead to the newest witnessed tree, for a part of the rows. */
  newProofs: () => RevisionProofs;
}

/** Begins an export of the manufacturing record, as far as it is the caller's to read. */
export async function exportRecords(
  rows: ExportRows,
  caller: Caller,
  { question, request, readCriteria, newProofs }: RecordsQuestion,
): Promise<ExportBody> {
  const what = assertMayExport(question.what, caller);
  const sourceOf: SourceOf = ({ sql }) =>
    sourceFor(what, { question, caller, sql, readCriteria, newProofs });
  return rows.begin(caller, question, { ...request, sourceOf });
}

interface Asked {
  question: ExportQuestion;
  caller: Caller;
  sql: Sql;
  readCriteria: ReadCriteria;
  newProofs: () => RevisionProofs;
}

async function sourceFor(what: Exported, asked: Asked): Promise<ExportSource> {
  const { question, caller, sql } = asked;
  if (what === "components") {
    return allInstallations(caller.tenant, caller.roles, question.columns);
  }
  const partner = partnerOf(caller);
  const isPartner = partner !== null;
  const type: ColumnsOf = what === "revisions" ? "DeviceRevision" : "Device";
  const definitions = await new FieldDefinitionStore(sql, caller.tenant).all();
  const offered = recordColumns(type, { roles: caller.roles, isPartner }, definitions);
  const chosen = chosenColumns(offered, question.columns).map(({ name, type }) => ({ name, type }));
  const hasProofs = chosen.some(({ name }) => name === PROOF);
  if (hasProofs) assertCarriesProofs(question.format);
  const columns = chosen
    .filter(({ name }) => name !== PROOF)
    .map((column) => columnSql(column, isPartner));
  const selected = await rowsOf(what, { tenant: caller.tenant, partner }, asked);
  if (!hasProofs) return { columns, ...selected };
  return { ...selected, ...withProofs(chosen, columns, asked.newProofs) };
}

async function rowsOf(what: Exclude<Exported, "components">, asking: Asking, asked: Asked) {
  const { question, sql } = asked;
  switch (what) {
    case "devices":
      return allDevices(asking);
    case "revisions":
      return allRevisions(asking, readSerialNumber(question.selection));
    case "group": {
      const group = readGroupSelection(question.selection);
      await assertKnownGroup(group, asking, sql);
      return devicesInGroup(asking, group);
    }
    case "scope":
      return devicesInScope(asking, await scopeOf(asked));
    case "recall":
      return devicesOfRecall(asking, await recallOf(asked));
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

/** The criteria as the graph would check them, in the snapshot that is exported. */
async function scopeOf({ question, caller, sql, readCriteria }: Asked): Promise<ScopeQuestion> {
  const { tenant } = caller;
  const knownAt = readKnownAt(question.selection);
  const given = readCriteria(question.selection.criteria);
  const stores = {
    caller,
    definitions: new FieldDefinitionStore(sql, tenant),
    devices: new DeviceStore(sql, tenant),
    revisions: new DeviceRevisionStore(sql, tenant),
    recordedValues: new RecordedValueStore(sql, tenant),
    containedComponents: new ContainedComponentStore(sql, tenant),
  };
  return { criteria: await checkedCriteria(given, stores, { knownAt }), knownAt };
}

async function recallOf({ question, caller, sql }: Asked): Promise<number> {
  const recallId = numberOfGlobalId("Recall", String(question.selection.id ?? ""));
  const recalls = new RecallStore(sql, caller.tenant);
  if (recallId !== null && (await recalls.byId.load(recallId))) return recallId;
  throw new DomainError("NOT_FOUND", "no recall has this id", { argument: "id" });
}
