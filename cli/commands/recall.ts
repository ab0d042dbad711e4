import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { listOption } from "../option-values.ts";
import { bold, csvLine, plural, print, printable, printJson } from "../output.ts";
import {
  type CriteriaOptions,
  readCriteria,
  readCriteriaOptions,
  withCriteria,
  withKnownAt,
} from "../recall/criteria-options.ts";
import { askExplanation, printExplanation } from "../recall/explanation.ts";
import { frozenCommands } from "../recall/frozen-commands.ts";
import {
  askScope,
  printBreakdowns,
  readDevices,
  type ScopeAnswer,
  SHARES_SHOWN,
  tellMissing,
} from "../recall/scope-answer.ts";

const DESCRIPTION = `Finds the exact set of affected devices, compares two, says why a device is in or out, and freezes
a set as a recall.

Examples:
  tracegraph recall scope --siblings-of BRT00000042 --by lotCode --by capacitorBatch --ever
  tracegraph recall scope --criteria recall.json --devices > affected.csv
  tracegraph recall compare wide.json narrow.json
  tracegraph recall explain BRT00000042 --criteria recall.json
  tracegraph recall freeze --criteria recall.json --title "Swelling cells" --reason "report 114"`;

const SCOPE = `Says what criteria mean, how many devices they give, and how these are spread.

Criteria are JSON as docs/recall.md says, for example:
  {"allOf": [{"group": {"field": "lotCode", "values": ["T2505-0021"], "membership": "EVER"}},
             {"field": {"name": "fwVersion", "from": "2.9.0", "to": "2.10.1"}}]}

Example:
  tracegraph recall scope --criteria recall.json --breakdown lotCode --known-at 2025-06-01`;

const BREAKDOWNS = ["partNumber", "lotCode", "fwVersion", "phase", "provisioned", "ownerCountry"];
/** As many as a comparison may ask within the limits of a document. */
const COMPARED = ["partNumber", "lotCode", "fwVersion"];
const SHARES_AS_JSON = 1_000;

interface ScopeOptions extends ConnectionOptions, CriteriaOptions {
  breakdown: string[];
  devices?: boolean;
}

export function recallCommand(): Command {
  const command = new Command("recall")
    .description(DESCRIPTION)
    .addCommand(scopeCommand())
    .addCommand(compareCommand())
    .addCommand(explainCommand());
  for (const frozen of frozenCommands()) command.addCommand(frozen);
  return command;
}

function scopeCommand(): Command {
  const command = new Command("scope")
    .summary("the exact set that criteria give")
    .description(SCOPE)
    .addOption(
      listOption("--breakdown <field>", `may be given several times; ${BREAKDOWNS.join(", ")}`),
    )
    .option("--devices", "print every device as CSV, in place of breakdowns");
  return withConnection(withCriteria(command)).action(scope);
}

function compareCommand(): Command {
  const command = new Command("compare")
    .summary("what two criteria give, each alone and both")
    .description(
      "Compares what two criteria give.\n\nExample:\n  tracegraph recall compare wide.json narrow.json --known-at 2025-06-01",
    )
    .argument("<a>", "criteria: a JSON file, or JSON itself")
    .argument("<b>", "the others");
  return withConnection(withKnownAt(command)).action(compare);
}

function explainCommand(): Command {
  const command = new Command("explain")
    .summary("why a device is in a scope, or is not")
    .description(
      "Says which clause and which revision put a device in or left it out.\n\nExample:\n  tracegraph recall explain BRT00000042 --criteria recall.json",
    )
    .argument("<serial-number>");
  return withConnection(withCriteria(command)).action(explain);
}

async function scope(options: ScopeOptions): Promise<void> {
  const variables = {
    criteria: await readCriteriaOptions(options),
    knownAt: options.knownAt ?? null,
  };
  const { gateway } = await connect(options, ["recall_manager"]);
  const asked = options.breakdown.length > 0 ? options.breakdown : BREAKDOWNS;
  const { scope, missing } = await askScope(gateway, variables, {
    breakdowns: options.devices ? [] : asked,
    // One more than is shown, so that it can be said that there are more.
    first: options.json ? SHARES_AS_JSON : SHARES_SHOWN + 1,
  });
  const devices = options.devices ? await readDevices(gateway, variables, scope.count) : null;
  if (options.json) printJson({ ...scope, ...(devices && { devices }) });
  else if (devices) {
    print(csvLine(["serialNumber", "connhexId"]));
    for (const device of devices) print(csvLine([device.serialNumber, device.connhexId]));
  } else {
    print(printable(scope.sentence));
    print(bold(plural(scope.count, "device")));
    printBreakdowns(["devices"], [scope]);
  }
  tellMissing(missing);
}

const COMPARE = `query Compare($a: RecallCriteria!, $b: RecallCriteria!, $knownAt: DateTime, $first: Int!) {
  compareRecallScopes(a: $a, b: $b, knownAt: $knownAt) {
    onlyInA { ...Part } inBoth { ...Part } onlyInB { ...Part }
  }
}
fragment Part on RecallScope {
  sentence count
  ${COMPARED.map((by) => `${by}: breakdown(by: "${by}", first: $first) { value count }`).join("\n  ")}
}`;

type ComparedPart = Pick<ScopeAnswer, "sentence" | "count"> & ScopeAnswer["breakdowns"];
type Compared = Record<"onlyInA" | "inBoth" | "onlyInB", ComparedPart>;

async function compare(
  a: string,
  b: string,
  options: ConnectionOptions & { knownAt?: string },
): Promise<void> {
  if (a === "-" && b === "-") throw new CliError("USAGE", "only one of both is standard input");
  const variables = {
    ...{ a: await readCriteria(a), b: await readCriteria(b), knownAt: options.knownAt ?? null },
    first: options.json ? SHARES_AS_JSON : SHARES_SHOWN + 1,
  };
  const { gateway } = await connect(options, ["recall_manager"]);
  const answer = await gateway.ask<{ compareRecallScopes: Compared }>(COMPARE, variables);
  const { onlyInA, inBoth, onlyInB } = answer.compareRecallScopes;
  const parts = [onlyInA, inBoth, onlyInB].map(({ sentence, count, ...breakdowns }) => {
    return { sentence, count, breakdowns };
  });
  const names = ["onlyInA", "inBoth", "onlyInB"] as const;
  if (options.json) {
    printJson(Object.fromEntries(names.map((name, at) => [name, parts[at]])));
    return;
  }
  for (const [at, words] of ["only in a", "in both", "only in b"].entries()) {
    print(`${bold(words)}: ${plural(parts[at]?.count ?? 0, "device")}`);
  }
  printBreakdowns(["only in a", "in both", "only in b"], parts);
}

async function explain(
  serialNumber: string,
  options: ConnectionOptions & CriteriaOptions,
): Promise<void> {
  const criteria = await readCriteriaOptions(options);
  const { gateway } = await connect(options, ["recall_manager"]);
  const asked = { criteria, knownAt: options.knownAt ?? null, serialNumber };
  const explanation = await askExplanation(gateway, asked);
  if (options.json) printJson(explanation);
  else printExplanation(serialNumber, explanation);
}
