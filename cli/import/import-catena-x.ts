import { fileError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { count } from "../output.ts";
import { CATENA_X_COLUMNS, planCatenaX } from "./catena-x.ts";
import type { CatenaXReport } from "./catena-x-report.ts";
import {
  defineField,
  type FieldDefinition,
  type NewField,
  readFieldDefinitions,
} from "./field-definitions.ts";
import type { ImportPlan, ImportSurroundings } from "./import-file.ts";
import type { InputFile } from "./input-file.ts";
import { readJsonList } from "./read-json.ts";
import { INPUT_LIMITS } from "./row.ts";
import type { Tally } from "./tally.ts";

/** Reads a Catena-X container whole and defines the custom fields that it needs. */
export async function planCatenaXImport(
  file: InputFile,
  options: { dryRun: boolean },
  around: ImportSurroundings,
): Promise<Omit<ImportPlan, "source">> {
  if (file.sizeBytes > INPUT_LIMITS.catenaXBytes) {
    const most = `${INPUT_LIMITS.catenaXBytes / 1_048_576} MiB`;
    throw fileError("FILE_TOO_LARGE", `a Catena-X file of ${most} at most can be read`);
  }
  const { container, members } = await readJsonList(file.text());
  const plan = planCatenaX(container, members);
  const connection = await around.connect(true);
  const missing = missingFields(plan.fields, await readFieldDefinitions(connection.gateway));
  if (!options.dryRun) await defineAll(connection.gateway, missing);
  return {
    connection,
    rows: plan.rows,
    rowCount: plan.rows.length,
    installations: plan.installations,
    columns: CATENA_X_COLUMNS,
    secretColumns: new Set(),
    asksForIdentities: false,
    defined: missing.map(({ name }) => name),
    catenaX: plan.report,
    close: () => undefined,
  };
}

/** The fields that do not exist yet; refuses the file where one exists that cannot hold its values. */
function missingFields(
  needed: readonly NewField[],
  definitions: readonly FieldDefinition[],
): NewField[] {
  return needed.filter(({ name, isGroupable }) => {
    const known = definitions.find((definition) => definition.name === name);
    if (!known) return true;
    if (known.retiredAt === null && known.type === "TEXT" && (known.isGroupable || !isGroupable)) {
      return false;
    }
    const reason = `the custom field ${name} exists, but is not a ${isGroupable ? "groupable " : ""}TEXT field in use`;
    throw fileError("UNKNOWN_COLUMN", reason);
  });
}

async function defineAll(gateway: GatewayClient, fields: readonly NewField[]): Promise<void> {
  for (const field of fields) await defineField(gateway, field);
}

/** What of the file was used and what was not, in counts that add up. */
export function catenaXLines(report: CatenaXReport): string[] {
  const { twins, edges, aspects, lots } = report;
  return [
    `twins ${count(twins.total)} = ${count(twins.devices)} devices + ${count(twins.components)} components + ${count(twins.furtherTwins)} further twins of these + ${count(twins.lots)} lots + ${count(twins.other.total)} other`,
    ...reasons(twins.other),
    `lots ${count(twins.lots)} = ${count(lots.withDevices)} with devices + ${count(lots.withoutDevices)} without`,
    ...reasons(lots.notGrouped),
    `as-built edges ${count(edges.total)} = ${count(edges.installations)} installations + ${count(edges.toldAgain)} told again by further twins + ${count(edges.notUsed.total)} not used`,
    ...reasons(edges.notUsed),
    `aspects used: ${names(aspects.used)}`,
    `aspects not used: ${names(aspects.notUsed)}`,
    ...notes(report),
  ];
}

function notes(report: CatenaXReport): string[] {
  const { timesAssumedUtc, devicesInSeveralLots, otherPartNumbers } = report;
  return [
    timesAssumedUtc > 0 && `${count(timesAssumedUtc)} production times had no offset: read as UTC`,
    devicesInSeveralLots > 0 &&
      `${count(devicesInSeveralLots)} devices contain several batches: no lotCode, but each batch in the field of its material`,
    otherPartNumbers > 0 &&
      `${count(otherPartNumbers)} parts have another part number in their type: the part's own is recorded`,
  ].filter((line) => line !== false);
}

function reasons(tally: Tally): string[] {
  return tally.entries().map(({ reason, count: amount }) => `  ${count(amount)} ${reason}`);
}

function names(tally: Tally): string {
  const named = tally.entries().map(({ reason, count: amount }) => `${reason} ${count(amount)}`);
  return named.join(" · ") || "none";
}
