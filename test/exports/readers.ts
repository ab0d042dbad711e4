import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";

/** Rows as a reader that is not ours tells them. */
export type ReadRow = Record<string, unknown>;

/** Asks DuckDB, which reads files by their names. */
export async function duckdb(sql: string): Promise<ReadRow[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as ReadRow[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Runs a script of this folder with Python; answers what it prints. */
export async function python(script: string, ...files: string[]): Promise<unknown> {
  const path = join(import.meta.dirname, script);
  const { stdout } = await promisify(execFile)("/usr/bin/python3", [path, ...files], {
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/** A folder for the files of one test file. */
export async function fileFolder() {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-exports-"));
  return {
    path: (name: string) => join(folder, name),
    async save(name: string, bytes: Uint8Array): Promise<string> {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return path;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
