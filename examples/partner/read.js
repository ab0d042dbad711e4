import { readFile } from "node:fs/promises";

/** A file of this folder. */
export function readText(path) {
  return readFile(new URL(path, import.meta.url), "utf8");
}

/** A JSON file of this folder. */
export async function readJson(path) {
  return JSON.parse(await readText(path));
}
