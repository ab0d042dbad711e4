import { type FileHandle, open } from "node:fs/promises";
import { CliError } from "./cli-error.ts";

/** Makes a file with these rights, and replaces none. */
export function newFile(path: string, mode: number): Promise<FileHandle> {
  return open(path, "wx", mode).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") throw new CliError("FILE_EXISTS", `${path} exists already`);
    throw new CliError("USAGE", `cannot write ${path} (${error.code})`, {
      advice: "Check the folder and its permissions.",
    });
  });
}
