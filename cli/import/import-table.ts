import { fileError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { type Columns, type Purpose, resolveColumns, unknownColumnError } from "./columns.ts";
import { defineField, type FieldDefinition, readFieldDefinitions } from "./field-definitions.ts";
import type { Format } from "./guess-format.ts";
import type { ImportPlan, ImportSurroundings } from "./import-file.ts";
import type { InputFile } from "./input-file.ts";
import { type InspectedFile, inspectFile, readRows } from "./inspect-file.ts";
import { judgeRow, type RowContext } from "./judge-row.ts";
import type { JudgedRow } from "./pipeline.ts";
import type { FileRow, Refusal } from "./row.ts";
import { SeenSerialNumbers } from "./seen-serial-numbers.ts";

/** Reads a table once to check its form, and understands its columns, or refuses the file. */
export async function planTableImport(
  file: InputFile,
  options: { format: Format; purpose: Purpose; dryRun: boolean; defineFields: boolean },
  around: ImportSurroundings,
): Promise<Omit<ImportPlan, "source">> {
  const inspected = await inspectFile(file, options.format);
  const connection = await around.connect(options.defineFields && !options.dryRun);
  const { columns, defined } = await prepareColumns(connection.gateway, inspected, options);
  const onBytes = (bytes: number) => around.progress.update(bytes / file.sizeBytes);
  const context = { targets: columns.targets, tenant: connection.tenant };
  return {
    connection,
    rows: judgeTable(readRows(file.text(onBytes), options.format), context),
    columns: inspected.columns,
    targets: columns.targets,
    defined,
    installations: [],
    catenaX: null,
  };
}

/** Understands the columns, or refuses the file before its first row. */
export async function prepareColumns(
  gateway: GatewayClient,
  { columns: names }: InspectedFile,
  options: { purpose: Purpose; defineFields: boolean; dryRun: boolean },
): Promise<{ columns: Columns; defined: readonly string[] }> {
  const definitions = await readFieldDefinitions(gateway);
  const { purpose } = options;
  const columns = resolveColumns(names, definitions, purpose);
  if (columns.unknown.length === 0) {
    assertHasSerialNumber(columns);
    return { columns, defined: [] };
  }
  if (!options.defineFields) throw unknownColumnError(columns.unknown);
  assertHasSerialNumber(columns);
  const missing = [...new Set(columns.unknown.map(({ fieldName }) => fieldName))];
  const made: FieldDefinition[] = [];
  for (const name of missing) {
    made.push(
      options.dryRun
        ? textField(name)
        : await defineField(gateway, { name, type: "TEXT", isGroupable: false }),
    );
  }
  const complete = resolveColumns(names, [...definitions, ...made], purpose);
  if (complete.unknown.length > 0) throw unknownColumnError(complete.unknown);
  return { columns: complete, defined: missing };
}

/** Judges each row as far as it can be here. */
export async function* judgeTable(
  rows: AsyncIterable<FileRow>,
  context: RowContext,
): AsyncGenerator<JudgedRow> {
  const seen = new SeenSerialNumbers();
  for await (const row of rows) {
    const judged = judgeRow(row, context);
    if ("code" in judged) yield { row, judged };
    else {
      const { serialNumber } = judged.record;
      const first = seen.firstLine(serialNumber, row.line);
      yield { row, judged: first === null ? judged : duplicate(serialNumber, first) };
    }
  }
}

function duplicate(serialNumber: string, line: number): Refusal {
  const reason = `${serialNumber} stands on line ${line} already`;
  return { code: "DUPLICATE_IN_FILE", field: "serialNumber", reason };
}

function assertHasSerialNumber({ targets }: Columns): void {
  for (const target of targets.values()) {
    if (target.kind === "core" && target.field === "serialNumber") return;
    if (target.kind === "provision" && target.part === "initId") return;
  }
  const names = "serial_number, manufacturing.serial_number or provision.init_id";
  throw fileError("MISSING_COLUMN", `no column holds the serial number (${names})`);
}

function textField(name: string): FieldDefinition {
  const nothing = { pattern: null, values: null, label: null, description: null, retiredAt: null };
  return { name, type: "TEXT", isRequired: false, isGroupable: false, ...nothing };
}
