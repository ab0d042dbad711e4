import { readFile } from "node:fs/promises";
import { CliError } from "../cli-error.ts";

/** The JSON of a file in UTF-8. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readUtf8(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError("INVALID_JSON", `${path}: ${(error as Error).message}`);
  }
}

/** The text of a file in UTF-8, without a byte order mark. */
export async function readUtf8(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new CliError("NOT_READABLE", `${path}: ${error.code ?? "unreadable"}`);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CliError("NOT_UTF8", `${path} is not UTF-8`);
  }
}
