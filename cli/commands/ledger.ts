import { Argument, Command } from "commander";
import { LOG_SERVICES, type LogService } from "../../shared/ledger-store/log-keys.ts";
import { note, plural, print, printJson } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `About the logs of this system: whom outsiders have to believe to verify its proofs.

Examples:
  tracegraph ledger keys > factory.policy
  tracegraph ledger rotate-key manufacturing`;

const KEYS_DESCRIPTION = `Prints the policy (c2sp.org/tlog-policy) to give to whoever verifies: the public keys of the logs,
those of their witnesses, and how many of these are enough. Run it where the system runs: it reads
the data folder, or the keys and WITNESSES that the environment names. Hand the file over by a way
that is trusted, not together with what it is for.

Examples:
  tracegraph ledger keys > factory.policy
  tracegraph verify SN-1.tlog-proof --policy factory.policy`;

const ROTATE_DESCRIPTION = `Puts a new key before those that sign a service's log: after its next start both sign, and the new
one is entered in the log. Give its vkey to those who verify (tracegraph ledger keys), and after
some weeks take the old ones away with --drop-old. Old proofs stay good. It changes
ledger-<service>.key in LEDGER_KEYS_DIR, or else in ledger/ of the data folder.

Examples:
  tracegraph ledger rotate-key manufacturing
  tracegraph ledger rotate-key manufacturing --drop-old`;

export function ledgerCommand(): Command {
  const command = new Command("ledger").description(DESCRIPTION);
  command
    .command("keys")
    .summary("prints the public keys of logs and witnesses, as a policy")
    .description(KEYS_DESCRIPTION)
    .option("--earlier", "with witnesses of before, who are still believed then")
    .option("--json", "print JSON")
    .action(printKeys);
  command
    .command("rotate-key")
    .summary("gives a log a new key to sign with")
    .description(ROTATE_DESCRIPTION)
    .addArgument(new Argument("<service>", "whose log").choices(LOG_SERVICES))
    .option("--drop-old", "take away all keys but the newest")
    .option("--json", "print JSON")
    .action(rotateKey);
  return command;
}

async function rotateKey(
  service: LogService,
  { dropOld, json }: { dropOld?: boolean; json?: boolean },
): Promise<void> {
  const { dropOldKeys, rotateLogKey } = await import("../../start/ledger-keys.ts");
  if (dropOld) {
    const dropped = await withoutGateway(() => dropOldKeys(process.env, service));
    if (json) return printJson({ service, dropped });
    return print(`${plural(dropped, "old key")} of ${service} dropped: start it again`);
  }
  const verifierKey = await withoutGateway(() => rotateLogKey(process.env, service));
  if (json) return printJson({ service, verifierKey });
  print(verifierKey);
  note(`start ${service} again: it signs with both keys then`);
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
