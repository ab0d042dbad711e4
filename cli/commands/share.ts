import { Command } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { listOption, readTime } from "../option-values.ts";
import { note, plural, print, printJson, table } from "../output.ts";
import { readTerms, type TermsOptions, withTerms } from "../share/share-terms.ts";
import {
  endShare,
  grantShare,
  isPartnerClient,
  readShares,
  type Share,
  termsOf,
} from "../share/shares.ts";

const DESCRIPTION = `Shares devices with partners, lists what is shared, and ends it. A partner is named by its client;
it sees nothing by default, and of a shared device the named fields alone.

Examples:
  tracegraph share add acme-lab --group lotCode --value L-77 --field lotCode --field history \\
    --to 2027-01-01T00:00:00Z --reason "warranty audit 12"
  tracegraph share list --partner acme-lab
  tracegraph share end U2hhcmU6MQ --reason "audit closed"`;
const ADD = `Lets a partner see devices: those of a group, of a list, or that meet criteria (role compliance).

Of every device it sees id, serialNumber, connhexId, revision, recordedAt and disposition, and the
fields that are named: any of the record but operator, attributes or attributes.<name>, history,
identity. The partner need not be there yet: a note says so, to a token that may list clients.

Examples:
  tracegraph share add acme-lab --list serials.txt --field partNumber --reason "returned devices"
  tracegraph share add acme-lab --site Prato --produced-from 2026-01-01 --field fwVersion \\
    --field attributes.glueBatch --reason "glue study"`;

interface AddOptions extends ConnectionOptions, TermsOptions {
  field: string[];
  from?: string;
  to?: string;
  reason: string;
}

export function shareCommand(): Command {
  return new Command("share")
    .description(DESCRIPTION)
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(endCommand());
}

function addCommand(): Command {
  const command = new Command("add")
    .summary("lets a partner see devices")
    .description(ADD)
    .argument("<partner>", "the name of its client")
    .requiredOption("--reason <text>", "why")
    .addOption(listOption("--field <name>", "a field to show; may be given several times"))
    .option("--from <time>", "from when; now unless given", readTime)
    .option("--to <time>", "until when; until it is ended unless given", readTime);
  return withConnection(withTerms(command)).action(add);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists what was, is and will be shared")
    .description(
      "Lists what was, is and will be shared.\n\nExample:\n  tracegraph share list --partner acme-lab --json",
    )
    .option("--partner <partner>", "of this partner alone");
  return withConnection(command).action(list);
}

function endCommand(): Command {
  const command = new Command("end")
    .summary("ends a share before its time")
    .description(
      'Ends a share: from then on the partner sees nothing by it (role compliance).\n\nExample:\n  tracegraph share end U2hhcmU6MQ --reason "audit closed"',
    )
    .argument("<id>", "of the share, as list tells it")
    .requiredOption("--reason <text>", "why")
    .option("--at <time>", "when; now unless given", readTime);
  return withConnection(command).action(end);
}

async function add(partner: string, options: AddOptions): Promise<void> {
  const { field: fields, from, to, reason } = options;
  const terms = await readTerms(options);
  const { gateway } = await connect(options, ["compliance"]);
  const given = { ...(from && { from }), ...(to && { to }) };
  printShare(await grantShare(gateway, { partner, ...terms, fields, ...given, reason }), options);
  // Engineering may know which clients there are; compliance may not.
  const asEngineering = await connect(options, ["engineering"]);
  if ((await isPartnerClient(asEngineering.gateway, partner)) === false) {
    note(`note: no partner is called ${partner} yet; see tracegraph client add`);
  }
}

async function list(options: ConnectionOptions & { partner?: string }): Promise<void> {
  const { gateway } = await connect(options, ["support"]);
  const shares = await readShares(gateway, options.partner);
  if (options.json) printJson(shares);
  else if (shares.length === 0) note("nothing is shared, or ever was");
  else printShares(shares);
}

async function end(
  id: string,
  options: ConnectionOptions & { reason: string; at?: string },
): Promise<void> {
  const { reason, at } = options;
  const { gateway } = await connect(options, ["compliance"]);
  printShare(await endShare(gateway, { id, reason, ...(at && { at }) }), options);
}

function printShare(share: Share, { json }: ConnectionOptions): void {
  if (json) {
    printJson(share);
    return;
  }
  printShares([share]);
  note(`covers ${plural(share.deviceCount ?? 0, "device")} now`);
}

function printShares(shares: readonly Share[]): void {
  const rows = shares.map((share) => {
    const { id, partner, state, fields, from, to, endedAt, reason } = share;
    const until = [endedAt, to].filter((time) => time !== null).sort()[0];
    const times = `${from.slice(0, 10)} to ${until ? until.slice(0, 10) : "–"}`;
    return [id, partner, state, termsOf(share), fields.join(", ") || "–", times, reason];
  });
  print(table(["id", "partner", "state", "devices", "fields", "from and to", "reason"], rows));
}
