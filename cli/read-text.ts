import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { CliError } from "./cli-error.ts";

/** The JSON of a file in UTF-8. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readUtf8(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError("INVALID_JSON", `${path}: ${(error as Error).message}`);
  }
}

/** The text of a file in UTF-8, or of standard input for `-`, without a byte order mark. */
export async function readUtf8(path: string): Promise<string> {
  const name = path === "-" ? "standard input" : path;
  const read = path === "-" ? buffer(process.stdin) : readFile(path);
  const bytes = await read.catch((error: NodeJS.ErrnoException) => {
    throw notReadable(name, error);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CliError("NOT_UTF8", `${name} is not UTF-8`);
  }
}

/** The refusal of a file that the system does not let us read. */
export function notReadable(name: string, error: NodeJS.ErrnoException): CliError {
  const reasons: Record<string, string> = {
    ENOENT: "there is no such file",
    EACCES: "no permission to read it",
    EISDIR: "it is a folder",
  };
  const reason = reasons[error.code ?? ""] ?? error.code ?? "it cannot be read";
  return new CliError("NOT_READABLE", `cannot read ${name}: ${reason}`);
}
