import { Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import {
  defineField,
  FIELD_TYPES,
  type FieldDefinition,
  type FieldType,
  readFieldDefinitions,
  retireField,
} from "../import/field-definitions.ts";
import { listOption } from "../option-values.ts";
import { note, print, printJson, table } from "../output.ts";

const DESCRIPTION = `Defines, lists and retires custom fields. A field's type never changes; a retired field keeps the
values that it has and takes no new ones.

Examples:
  tracegraph field list
  tracegraph field define capacitorBatch --groupable --label "Capacitor batch"
  tracegraph field define grade --type enum --value A --value B --required
  tracegraph field define serialOfBoard --pattern "PCB-[0-9]{6}"
  tracegraph field retire capacitorBatch`;

interface DefineOptions extends ConnectionOptions {
  type: FieldType;
  groupable?: boolean;
  required?: boolean;
  pattern?: string;
  value: string[];
  label?: string;
  description?: string;
}

export function fieldCommand(): Command {
  return new Command("field")
    .description(DESCRIPTION)
    .addCommand(defineCommand())
    .addCommand(listCommand())
    .addCommand(retireCommand());
}

function defineCommand(): Command {
  const type = new Option("--type <type>", FIELD_TYPES.join(", ").toLowerCase());
  const command = new Command("define")
    .summary("declares a custom field")
    .description(
      "Declares a custom field (role engineering).\n\nExample:\n  tracegraph field define glueBatch --groupable",
    )
    .argument("<name>")
    .addOption(type.default("TEXT", "text").argParser(readType))
    .option("--groupable", "devices with the same value are a production group")
    .option("--required", "every new device must have it")
    .option("--pattern <regex>", "what a text must match as a whole")
    .addOption(listOption("--value <value>", "one value of an enum; may be given several times"))
    .option("--label <text>", "what people call it")
    .option("--description <text>", "what it means");
  return withConnection(command).action(define);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists all custom fields, the retired ones too")
    .description(
      "Lists all custom fields, the retired ones too.\n\nExample:\n  tracegraph field list --json",
    );
  return withConnection(command).action(list);
}

function retireCommand(): Command {
  const command = new Command("retire")
    .summary("ends the use of a custom field")
    .description(
      "Ends the use of a custom field; values that are recorded stay.\n\nExample:\n  tracegraph field retire glueBatch",
    )
    .argument("<name>");
  return withConnection(command).action(retire);
}

async function define(name: string, options: DefineOptions): Promise<void> {
  const { type, groupable = false, required = false, value: values } = options;
  if ((type === "ENUM") !== values.length > 0) {
    throw new CliError("USAGE", "--value goes with --type enum, and an enum needs at least one");
  }
  const { pattern, label, description } = options;
  const { gateway } = await connect(options, ["engineering"]);
  const definition = await defineField(gateway, {
    name,
    type,
    isGroupable: groupable,
    isRequired: required,
    ...(pattern !== undefined && { pattern }),
    ...(values.length > 0 && { values }),
    ...(label !== undefined && { label }),
    ...(description !== undefined && { description }),
  });
  printDefinitions([definition], options);
}

async function list(options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["support"]);
  const definitions = await readFieldDefinitions(gateway);
  if (definitions.length === 0 && !options.json) note("no custom fields are defined");
  else printDefinitions(definitions, options);
}

async function retire(name: string, options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["engineering"]);
  printDefinitions([await retireField(gateway, name)], options);
}

function printDefinitions(
  definitions: readonly FieldDefinition[],
  { json }: ConnectionOptions,
): void {
  if (json) {
    printJson(definitions);
    return;
  }
  const rows = definitions.map((field) => [
    field.name,
    field.type,
    [
      field.isGroupable && "groupable",
      field.isRequired && "required",
      field.retiredAt && `retired ${field.retiredAt.slice(0, 10)}`,
    ]
      .filter(Boolean)
      .join(", ") || "–",
    field.pattern ?? field.values?.join(", ") ?? "",
    field.label ?? "",
  ]);
  print(table(["name", "type", "is", "pattern or values", "label"], rows));
}

function readType(word: string): FieldType {
  const type = FIELD_TYPES.find((known) => known === word.toUpperCase());
  if (type) return type;
  throw new InvalidArgumentError(`The types are ${FIELD_TYPES.join(", ").toLowerCase()}.`);
}
