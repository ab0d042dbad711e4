import { Command } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { keepSecret } from "../key-file.ts";
import { listOption, readHours, readLimit } from "../option-values.ts";
import { note, plural, print, printable, printJson } from "../output.ts";
import {
  DELIVERY,
  printDeliveries,
  printWebhooks,
  readDeliveries,
  readWebhooks,
  WEBHOOK,
  type Webhook,
  type WebhookDelivery,
} from "../webhook/webhooks.ts";

const DESCRIPTION = `Tells other systems of what happens: each event is posted to them, signed in the form of Standard
Webhooks, in order for each device, at least once (role admin; engineering may list).

Examples:
  tracegraph webhook add erp https://erp.example.com/hooks --out erp.secret
  tracegraph webhook add mes https://mes.example.com/ --event "device.*" --from oldest
  tracegraph webhook test erp
  tracegraph webhook list
  tracegraph webhook deliveries erp --failed
  tracegraph webhook rotate erp --out erp.new-secret
  tracegraph webhook replay erp --from 2026-11-20T08:00:00Z`;

interface AddOptions extends ConnectionOptions {
  event: string[];
  from?: string;
  out?: string;
}
interface RotateOptions extends ConnectionOptions {
  overlapHours: number;
  out?: string;
}
interface ReasonOptions extends ConnectionOptions {
  reason: string;
}
interface DeliveriesOptions extends ConnectionOptions {
  limit: number;
  failed?: boolean;
}

export function webhookCommand(): Command {
  return new Command("webhook")
    .description(DESCRIPTION)
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(reasonCommand("pause", "sends a webhook nothing until it is resumed"))
    .addCommand(plainCommand("resume", "goes on with a webhook where it stands, at once"))
    .addCommand(reasonCommand("remove", "removes a webhook with its secrets"))
    .addCommand(deliveriesCommand())
    .addCommand(replayCommand())
    .addCommand(testCommand());
}

const OUT = "a new file for the secret, which only you can read";
const FROM = "a position, a time as of RFC 3339, oldest or now";

function addCommand(): Command {
  const command = new Command("add")
    .summary("adds a webhook, and prints its secret")
    .description(
      'Adds a webhook, and prints its secret once, alone on standard output, or into a new file.\n\nExample:\n  tracegraph webhook add erp https://erp.example.com/hooks --event "identity.*" --out erp.secret',
    )
    .argument("<name>", "unique within the tenant")
    .argument("<url>", "where each event is posted to: https")
    .addOption(
      listOption("--event <type>", "a type of events, or a family; may be given several times"),
    )
    .option("--from <place>", `where it begins: ${FROM}; now if not given`)
    .option("--out <file>", OUT);
  return withConnection(command).action(add);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists all webhooks, and how they stand")
    .description(
      "Lists all webhooks, and how they stand.\n\nExample:\n  tracegraph webhook list --json",
    );
  return withConnection(command).action(async (options: ConnectionOptions) => {
    const { gateway } = await connect(options, ["admin", "engineering"]);
    const webhooks = await readWebhooks(gateway);
    if (options.json) return printJson(webhooks);
    if (webhooks.length > 0) printWebhooks(webhooks);
    note(plural(webhooks.length, "webhook"));
  });
}

function rotateCommand(): Command {
  const command = new Command("rotate")
    .summary("gives a webhook a new secret; until the overlap is over both sign")
    .description(
      "Gives a webhook a new secret; until the overlap is over both sign each message.\n\nExample:\n  tracegraph webhook rotate erp --overlap-hours 72 --out erp.new-secret",
    )
    .argument("<name>")
    .option("--overlap-hours <hours>", "how long both sign: 0 to 720", readHours, 24)
    .option("--out <file>", OUT);
  return withConnection(command).action(rotate);
}

function reasonCommand(verb: "pause" | "remove", summary: string): Command {
  const command = new Command(verb)
    .summary(summary)
    .description(
      `${summary[0]?.toUpperCase()}${summary.slice(1)}.\n\nExample:\n  tracegraph webhook ${verb} erp --reason "the ERP moves"`,
    )
    .argument("<name>")
    .requiredOption("--reason <text>", "why");
  return withConnection(command).action((name: string, options: ReasonOptions) =>
    change(`${verb}Webhook`, { name, reason: options.reason }, options),
  );
}

function plainCommand(verb: "resume", summary: string): Command {
  const command = new Command(verb)
    .summary(summary)
    .description(
      `${summary[0]?.toUpperCase()}${summary.slice(1)}.\n\nExample:\n  tracegraph webhook ${verb} erp`,
    )
    .argument("<name>");
  return withConnection(command).action((name: string, options: ConnectionOptions) =>
    change(`${verb}Webhook`, { name }, options),
  );
}

function replayCommand(): Command {
  const command = new Command("replay")
    .summary("goes on with a webhook from another place")
    .description(
      "Goes on with a webhook from another place; events that come again keep their ids.\nWith --from now it skips what waits.\n\nExample:\n  tracegraph webhook replay erp --from 2026-11-20T08:00:00Z",
    )
    .argument("<name>")
    .requiredOption("--from <place>", FROM);
  return withConnection(command).action((name: string, options: AddOptions) =>
    change("replayWebhook", { name, from: options.from }, options),
  );
}

function deliveriesCommand(): Command {
  const command = new Command("deliveries")
    .summary("lists attempts of the last 30 days, the newest first")
    .description(
      "Lists attempts of the last 30 days, the newest first.\n\nExample:\n  tracegraph webhook deliveries erp --failed --limit 20",
    )
    .argument("<name>")
    .option("--failed", "only those that failed")
    .option("--limit <number>", "the most attempts that are told, at most 1,000", readLimit, 50);
  return withConnection(command).action(async (name: string, options: DeliveriesOptions) => {
    const { gateway } = await connect(options, ["admin", "engineering"]);
    const { limit, failed = false } = options;
    const deliveries = await readDeliveries(gateway, { name, limit, failed });
    if (options.json) return printJson(deliveries);
    if (deliveries.length > 0) printDeliveries(deliveries);
    note(plural(deliveries.length, "attempt"));
  });
}

function testCommand(): Command {
  const command = new Command("test")
    .summary("sends a webhook one message at once, and says what came of it")
    .description(
      "Sends a webhook one message of the type webhook.test at once, whatever its state.\nExit code 1 where it does not arrive.\n\nExample:\n  tracegraph webhook test erp",
    )
    .argument("<name>");
  return withConnection(command).action(async (name: string, options: ConnectionOptions) => {
    const { gateway } = await connect(options, ["admin"]);
    const query = `mutation TestWebhook($name: String!) { testWebhook(name: $name) { ${DELIVERY} } }`;
    const { testWebhook } = await gateway.ask<{ testWebhook: WebhookDelivery }>(query, { name });
    if (options.json) printJson(testWebhook);
    else printDeliveries([testWebhook]);
    if (testWebhook.outcome !== "DELIVERED") process.exitCode = 1;
  });
}

interface MadeSecret {
  text: string;
  secret: { secretId: string };
  webhook: Webhook;
}
const MADE = `text secret { secretId createdAt endsAt } webhook { ${WEBHOOK} }`;

async function add(name: string, url: string, options: AddOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation AddWebhook($input: WebhookInput!) { addWebhook(input: $input) { ${MADE} } }`;
  const { event: eventTypes, from } = options;
  const input = { name, url, eventTypes, ...(from !== undefined && { from }) };
  await tellSecret(options, async () => {
    return (await gateway.ask<{ addWebhook: MadeSecret }>(query, { input })).addWebhook;
  });
  if (!options.json) note(`next: tracegraph webhook test ${printable(name)}`);
}

async function rotate(name: string, options: RotateOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation RotateWebhookSecret($name: String!, $overlapHours: Int!) {
    rotateWebhookSecret(name: $name, overlapHours: $overlapHours) { ${MADE} }
  }`;
  const variables = { name, overlapHours: options.overlapHours };
  await tellSecret(options, async () => {
    type Answer = { rotateWebhookSecret: MadeSecret };
    return (await gateway.ask<Answer>(query, variables)).rotateWebhookSecret;
  });
}

/** Tells a secret that is made once: in a file of its own, or on standard output. */
async function tellSecret(
  { json, out }: Pick<RotateOptions, "json" | "out">,
  make: () => Promise<MadeSecret>,
): Promise<void> {
  const { text, secret, webhook } = await (out === undefined ? make() : keepSecret(out, make));
  if (json) {
    printJson(out === undefined ? { text, secret, webhook } : { file: out, secret, webhook });
    return;
  }
  if (out === undefined) print(text);
  const kept =
    out === undefined ? "shown once: keep it now" : `in ${printable(out)} and nowhere else`;
  note(`secret ${secret.secretId} of ${printable(webhook.name)}, ${kept}`);
}

async function change(
  mutation: string,
  variables: Readonly<Record<string, string | undefined>>,
  options: ConnectionOptions,
): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const names = Object.keys(variables);
  const declared = names.map((name) => `$${name}: String!`).join(", ");
  const given = names.map((name) => `${name}: $${name}`).join(", ");
  const operation = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
  const query = `mutation ${operation}(${declared}) { ${mutation}(${given}) { ${WEBHOOK} } }`;
  const answer = await gateway.ask<Record<string, Webhook>>(query, variables);
  const webhook = answer[mutation];
  if (options.json) printJson(webhook);
  else if (mutation === "removeWebhook") note(`${printable(variables.name ?? "")} is removed`);
  else if (webhook) printWebhooks([webhook]);
}
