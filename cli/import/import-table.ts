import { fileError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { type Columns, type Purpose, resolveColumns, unknownColumnError } from "./columns.ts";
import { defineField, type FieldDefinition, readFieldDefinitions } from "./field-definitions.ts";
import type { Format } from "./guess-format.ts";
import type { ImportPlan, ImportSurroundings } from "./import-file.ts";
import type { InputFile } from "./input-file.ts";
import { judgeRow, type RowContext } from "./judge-row.ts";
import { assertColumns, bindRules, ownColumns, unknownFields } from "./mapping/bind-mapping.ts";
import { type BoundRule, columnOf, mapRow } from "./mapping/map-row.ts";
import type { Mapping } from "./mapping/mapping.ts";
import type { TimeZone } from "./mapping/time-zone.ts";
import { type InspectedTable, inspectTable, openTable, type Table } from "./open-table.ts";
import type { JudgedRow } from "./pipeline.ts";
import { RepeatedIdentifiers } from "./repeated-identifiers.ts";
import type { FileRow, Refusal } from "./row.ts";
import { rowIdentifiers } from "./row-identifiers.ts";

/** How a table is to be understood. */
export interface TableOptions {
  format: Format;
  sheet?: string;
  mapping: Mapping | null;
  /** Of times without an offset, where the mapping names none. */
  timeZone: TimeZone | null;
  purpose: Purpose;
  dryRun: boolean;
  defineFields: boolean;
}

/** Reads a table once to check its form, and understands its columns, or refuses the file. */
export async function planTableImport(
  file: InputFile,
  options: TableOptions,
  around: ImportSurroundings,
): Promise<Omit<ImportPlan, "source">> {
  const table = await openTable(file, options.format, options);
  try {
    if (table.note) around.note(table.note);
    const repeated = new RepeatedIdentifiers(table.textBytes);
    const inspected = await inspect(table, repeated, { ...options, around });
    const connection = await around.connect(options.defineFields && !options.dryRun);
    const { gateway, tenant } = connection;
    const understood = await understandColumns(gateway, inspected, options);
    const { targets, rules, own, defined } = understood;
    const onRead = (fraction: number) => around.progress.update(fraction);
    const context = { targets, tenant, timeZone: options.mapping?.timeZone ?? options.timeZone };
    const mapped = options.mapping ? mapRows(table.rows(onRead), rules, own) : table.rows(onRead);
    return {
      connection,
      rows: judgeTable(mapped, context, repeated),
      rowCount: inspected.rows,
      columns: inspected.columns,
      secretColumns: secretColumns(understood),
      asksForIdentities: [...targets.values()].some(({ kind }) => kind === "provision"),
      defined,
      installations: [],
      catenaX: null,
      close: () => table.close(),
    };
  } catch (error) {
    table.close();
    throw error;
  }
}

async function inspect(
  table: Table,
  repeated: RepeatedIdentifiers,
  {
    mapping,
    purpose,
    around: { progress },
  }: Pick<TableOptions, "mapping" | "purpose"> & { around: ImportSurroundings },
): Promise<InspectedTable> {
  const identifiersOf = rowIdentifiers(mapping, purpose);
  progress.begin("checking");
  const inspected = await inspectTable(table, {
    onRow: (row) => {
      progress.rows += 1;
      identifiersOf(row, (identifier, value) => repeated.note(identifier, value));
    },
    onRead: (fraction) => progress.update(fraction),
  });
  repeated.endFirstReading();
  progress.begin("");
  return inspected;
}

/** What the columns of a file mean. */
export interface UnderstoodColumns {
  targets: Columns["targets"];
  rules: readonly BoundRule[];
  /** Columns that are read by their own names. */
  own: readonly string[];
  defined: readonly string[];
}

/** Understands the columns, or refuses the file before its first row. */
export async function understandColumns(
  gateway: GatewayClient,
  { columns }: InspectedTable,
  options: Omit<TableOptions, "format" | "sheet">,
): Promise<UnderstoodColumns> {
  const { mapping, purpose, timeZone } = options;
  if (mapping) assertColumns(mapping, columns);
  const fields = mapping?.rules.map(({ field }) => field) ?? [];
  const own = mapping ? ownColumns(mapping, columns) : columns;
  const names = [...fields, ...own];
  const definitions = await readFieldDefinitions(gateway);
  const known = resolveColumns(names, definitions, purpose);
  const isDefinable = (column: string) => own.includes(column) || /^attributes\./i.test(column);
  const mistaken = known.unknown.filter(
    ({ column }) => fields.includes(column) && !(options.defineFields && isDefinable(column)),
  );
  if (mistaken.length > 0) throw unknownFields(mistaken);
  const { columns: complete, defined } = await defineUnknown(gateway, known, {
    ...options,
    names,
    definitions,
  });
  assertHasSerialNumber(complete);
  const rules = mapping ? bindRules(mapping, complete.targets, timeZone) : [];
  return { targets: complete.targets, rules, own, defined };
}

/** Defines custom fields for the columns that mean nothing yet, or refuses them. */
async function defineUnknown(
  gateway: GatewayClient,
  known: Columns,
  options: {
    names: readonly string[];
    definitions: readonly FieldDefinition[];
    purpose: Purpose;
    dryRun: boolean;
    defineFields: boolean;
  },
): Promise<{ columns: Columns; defined: readonly string[] }> {
  if (known.unknown.length === 0) return { columns: known, defined: [] };
  if (!options.defineFields) throw unknownColumnError(known.unknown);
  assertHasSerialNumber(known);
  const missing = [...new Set(known.unknown.map(({ fieldName }) => fieldName))];
  const made: FieldDefinition[] = [];
  for (const name of missing) {
    made.push(
      options.dryRun
        ? textField(name)
        : await defineField(gateway, { name, type: "TEXT", isGroupable: false }),
    );
  }
  const { names, definitions, purpose } = options;
  const columns = resolveColumns(names, [...definitions, ...made], purpose);
  if (columns.unknown.length > 0) throw unknownColumnError(columns.unknown);
  return { columns, defined: missing };
}

async function* mapRows(
  rows: AsyncIterable<FileRow>,
  rules: readonly BoundRule[],
  own: readonly string[],
): AsyncGenerator<FileRow> {
  for await (const row of rows) yield mapRow(row, rules, own);
}

/** Judges each row as far as it can be here. */
async function* judgeTable(
  rows: AsyncIterable<FileRow>,
  context: RowContext,
  repeated: RepeatedIdentifiers,
): AsyncGenerator<JudgedRow> {
  for await (const row of rows) {
    const judged = judgeRow(row, context);
    if ("code" in judged) yield { row, judged };
    else {
      const { record, provision } = judged;
      const refusal =
        repetition(repeated, "serialNumber", record.serialNumber, row.line) ??
        repetition(repeated, "connhexId", provision?.connhexId, row.line);
      yield { row, judged: refusal ?? judged };
    }
  }
}

function repetition(
  repeated: RepeatedIdentifiers,
  field: "serialNumber" | "connhexId",
  value: string | undefined,
  line: number,
): Refusal | null {
  const first = value === undefined ? null : repeated.firstLine(field, value, line);
  if (first === null) return null;
  return { code: "DUPLICATE_IN_FILE", field, reason: `${value} stands on line ${first} already` };
}

function assertHasSerialNumber({ targets }: Columns): void {
  for (const target of targets.values()) {
    if (target.kind === "core" && target.field === "serialNumber") return;
    if (target.kind === "provision" && target.part === "initId") return;
  }
  const names = "serial_number, manufacturing.serial_number or provision.init_id";
  throw fileError("MISSING_COLUMN", `no column holds the serial number (${names})`);
}

/** Columns of the file whose cells no report may repeat. */
function secretColumns({ targets, rules, own }: UnderstoodColumns): ReadonlySet<string> {
  const isSecret = (name: string) => {
    const target = targets.get(name);
    return target?.kind === "provision" && target.part === "initKey";
  };
  const mapped = rules.filter(({ rule }) => isSecret(rule.field));
  return new Set([...own.filter(isSecret), ...mapped.map(({ rule }) => columnOf(rule))]);
}

function textField(name: string): FieldDefinition {
  const nothing = { pattern: null, values: null, label: null, description: null, retiredAt: null };
  return { name, type: "TEXT", isRequired: false, isGroupable: false, ...nothing };
}
