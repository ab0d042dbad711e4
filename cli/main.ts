import { readFileSync } from "node:fs";
import { Command, CommanderError, type Option } from "commander";
import { CliError } from "./cli-error.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";

/** Texts of ours are written narrower, so that no line of theirs is broken. */
const HELP_WIDTH = 100;

const INTRODUCTION = `Traces connected devices: what they are made of, which are their siblings, who owns them.

Examples:
  tracegraph start                          the whole system, on http://localhost:4000
  tracegraph import devices.csv             records devices from a file
  tracegraph device 3f0c9a52-…              one device: history, lot siblings, owner
  tracegraph siblings SN-1 --csv > lot.csv  every device of the same lot`;

const EXIT_CODES = `
Exit codes: 0 done · 1 some rows refused, or not found · 2 wrong usage or unreadable input
            3 not authorised · 4 gateway unreachable, try again · 5 internal fault`;

/** Runs one command line and answers its exit code. */
export async function run(words: readonly string[]): Promise<ExitCode> {
  try {
    const program = await programFor(words);
    await program.parseAsync(words, { from: "user" });
    return exitCodeOfProcess();
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    return isHelp ? EXIT.OK : reportFailure(asUsage(error), words.includes("--json"));
  }
}

/** Only the command that is asked for is loaded: the others would double the start-up time. */
async function programFor(words: readonly string[]): Promise<Command> {
  const program = new Command("tracegraph")
    .description(INTRODUCTION)
    .version(version(), "-V, --version", "prints the version")
    .helpOption("-h, --help", "prints this")
    // A command's own --version is that of a client, not this program's.
    .enablePositionalOptions()
    .addHelpText("after", EXIT_CODES)
    .showSuggestionAfterError();
  const asked = words.find((word) => !word.startsWith("-"));
  // `tracegraph help <command>` shows that command's own help.
  const name = asked === "help" ? words[words.indexOf("help") + 1] : asked;
  for (const entry of COMMANDS) program.addCommand(await commandOf(entry, entry.name === name));
  applyToAll(program, (command) => {
    // Wrong usage is told as every other failure is, in one place.
    command.exitOverride().configureOutput({ outputError: () => undefined });
    command.configureHelp({ helpWidth: HELP_WIDTH, optionDescription });
  });
  return program;
}

/** What an option is for, whether it must be given, and what it is if it is not. */
function optionDescription(option: Option): string {
  const { description, argChoices: choices, defaultValue, defaultValueDescription } = option;
  const isEmpty =
    defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const present = defaultValueDescription ?? (isEmpty ? null : String(defaultValue));
  const facts = [
    ...(option.mandatory ? ["required"] : []),
    ...(choices ? [`one of ${choices.join(", ")}`] : []),
    ...(present === null ? [] : [`default: ${present}`]),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join("; ")})`;
}

async function commandOf(entry: CommandEntry, isAsked: boolean): Promise<Command> {
  const command = isAsked ? await entry.load() : new Command(entry.name);
  return command.summary(entry.summary);
}

function applyToAll(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const child of command.commands) applyToAll(child, change);
}

function asUsage(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const message = error.message.replace(/^error: /, "").replaceAll("\n", " ");
  return new CliError("USAGE", message === "(outputHelp)" ? "name a command" : message);
}

/** What a command has set `process.exitCode` to. */
function exitCodeOfProcess(): ExitCode {
  return (Object.values(EXIT) as unknown[]).includes(process.exitCode)
    ? (process.exitCode as ExitCode)
    : EXIT.OK;
}

function version(): string {
  // Sources lie in cli/, the built file in dist/cli/.
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      const text = readFileSync(new URL(place, import.meta.url), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // the other place
    }
  }
  return "unknown";
}

// `tracegraph siblings … | head` closes the pipe early; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.OK);
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
