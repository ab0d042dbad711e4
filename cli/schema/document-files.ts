import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { CliError } from "../cli-error.ts";

/** A document as a file holds it. */
export interface DocumentFile {
  id: string;
  text: string;
}

/** Reads one document, or all of a folder and the folders in it, in the order of their names. */
export async function readDocumentFiles(path: string): Promise<DocumentFile[]> {
  const facts = await stat(path).catch(() => null);
  if (!facts) throw new CliError("NOT_READABLE", `there is no ${path}`);
  if (!facts.isDirectory()) return [await read(path, basename(path))];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(graphql|gql)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (paths.length === 0) throw new CliError("NOT_READABLE", `${path} holds no .graphql files`);
  return Promise.all(paths.map((one) => read(one, relative(path, one))));
}

async function read(path: string, name: string): Promise<DocumentFile> {
  return { id: name.replace(/\.(graphql|gql)$/, ""), text: await readFile(path, "utf8") };
}
