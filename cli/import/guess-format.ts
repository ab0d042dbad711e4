import { CliError } from "../cli-error.ts";
import type { InputFile } from "./input-file.ts";

export const FORMATS = ["connhex-csv", "csv", "json", "ndjson", "xlsx", "catena-x"] as const;
export type Format = (typeof FORMATS)[number];

/** What a ZIP archive begins with, and so a workbook. */
const ZIP = Buffer.from("PK\u0003\u0004");

/** What the content says it is; its extension decides where the content does not. */
export async function guessFormat(file: InputFile): Promise<Format> {
  if ((await file.head(4)).equals(ZIP)) return "xlsx";
  for await (const piece of file.text()) return guessFromText(piece, file.extension);
  throw new CliError("EMPTY_FILE", `${file.name} is empty`);
}

export function guessFromText(text: string, extension: string): Format {
  if (text.trim() === "") throw new CliError("EMPTY_FILE", "the file is empty");
  const start = text.trimStart();
  if (/^\{\s*"https:\/\/catenax\.io\/schema\/TestDataContainer\//.test(start)) return "catena-x";
  if (extension === ".ndjson" || extension === ".jsonl") return "ndjson";
  if (start.startsWith("[") || /^\{\s*("[^"]*"\s*:\s*\[|$)/.test(start)) return "json";
  if (start.startsWith("{")) return "ndjson";
  const [header = ""] = start.split(/[\r\n]/, 1);
  return /(^|[,;\t|"])\s*(manufacturing|provision|connectable)\./i.test(header)
    ? "connhex-csv"
    : "csv";
}
