import { Command } from "commander";
import { note, print, printJson } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `About the logs of this system: whom outsiders have to believe to verify its proofs.

Examples:
  tracegraph ledger keys > factory.policy`;

const KEYS_DESCRIPTION = `Prints the policy (c2sp.org/tlog-policy) to give to whoever verifies: the public keys of the logs,
those of their witnesses, and how many of these are enough. Run it where the system runs: it reads
the data folder, or the keys and WITNESSES that the environment names. Hand the file over by a way
that is trusted, not together with what it is for.

Examples:
  tracegraph ledger keys > factory.policy
  tracegraph verify SN-1.tlog-proof --policy factory.policy`;

export function ledgerCommand(): Command {
  const command = new Command("ledger").description(DESCRIPTION);
  command
    .command("keys")
    .summary("prints the public keys of logs and witnesses, as a policy")
    .description(KEYS_DESCRIPTION)
    .option("--earlier", "with witnesses of before, who are still believed then")
    .option("--json", "print JSON")
    .action(printKeys);
  return command;
}

interface KeysOptions {
  earlier?: boolean;
  json?: boolean;
}

async function printKeys({ earlier: withEarlier = false, json }: KeysOptions): Promise<void> {
  const { readPolicy } = await import("../../start/read-policy.ts");
  const { text, logs, witnesses, quorum } = await withoutGateway(() =>
    readPolicy(process.env, { withEarlier }),
  );
  if (json) return printJson({ logs, witnesses, quorum });
  print(text.trimEnd());
  if (witnesses.length === 0) note("no witness is named: outsiders have to believe the operator");
}
