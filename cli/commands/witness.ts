import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { note, print } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Runs a witness: it cosigns a log's checkpoints as long as each goes on from the last one that it
has seen, so that a log cannot tell two stories. Run it where the log's operator has no say: on a
machine, and with a data folder, of its own. Its key is made on the first start; give its vkey,
printed then, to whoever trusts it and to the log.

The file of --trust has a vkey of a log in each line, or is what \`tracegraph ledger keys\` prints.
It is read again whenever it changes.

Examples:
  tracegraph witness --name witness.example/w1 --data ./w1 --trust logs.txt --port 4010
  tracegraph witness --name witness.example/w1 --data ./w1 --key-only`;

interface WitnessOptions {
  name: string;
  data: string;
  trust?: string;
  host: string;
  port: string;
  untilInputEnds?: boolean;
  keyOnly?: boolean;
  json?: boolean;
}

export function witnessCommand(): Command {
  return new Command("witness")
    .description(DESCRIPTION)
    .requiredOption("--name <name>", "its name, as an address of its own")
    .requiredOption("--data <folder>", "where it keeps its key and what it has seen")
    .option("--trust <file>", "the vkeys of the logs that it cosigns; required to run")
    .option("--key-only", "make its key where it has none, print its vkey, and end")
    .option("--host <address>", "where it listens", "127.0.0.1")
    .option("--port <port>", "0 takes a free one", "4010")
    .option("--until-input-ends", "end when standard input ends: with whatever has started it")
    .option("--json", "print name, vkey and url as one line of JSON")
    .action(witness);
}

/** Resolves when a signal, or the end of the input, has ended it. */
async function witness(options: WitnessOptions): Promise<void> {
  const { trust, untilInputEnds, json } = options;
  if (options.keyOnly) return printKey(options);
  if (trust === undefined) throw new CliError("USAGE", "name the file of --trust");
  const stopping = new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    // The terminal's Ctrl-C comes to the whole group; whatever has started it says when to end.
    process.on("SIGINT", () => untilInputEnds || resolve());
    if (!untilInputEnds) return;
    process.stdin.once("end", resolve).once("error", () => resolve());
    process.stdin.resume();
  });
  const { witnessConfig } = await import("../../witness/config.ts");
  const { startWitness } = await import("../../witness/start-witness.ts");
  const running = await withoutGateway(() => startWitness(witnessConfig({ ...options, trust })));
  const { name, verifierKey: vkey, url } = running;
  if (json) print(JSON.stringify({ name, vkey, url }));
  else {
    print(vkey);
    note(`${name} cosigns on ${url}/add-checkpoint`);
  }
  await stopping;
  await running.close();
  process.exitCode = EXIT.OK;
}

/** Whoever names a witness before it runs for the first time needs its vkey. */
async function printKey({ name, data, json }: WitnessOptions): Promise<void> {
  const { witnessSigner } = await import("../../shared/ledger/cosignature.ts");
  const { openWitnessKey } = await import("../../witness/witness-key.ts");
  const { verifierKey: vkey } = await withoutGateway(async () =>
    witnessSigner(name, await openWitnessKey(data, name)),
  );
  print(json ? JSON.stringify({ name, vkey }) : vkey);
}
