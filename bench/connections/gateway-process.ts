import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";

/** What a process holds at one moment. */
export interface Held {
  rssMb: number;
  heapMb: number;
  /** Open files and sockets, of which sockets. */
  sockets: number;
  /** Entries of all bounded caches, by cache. */
  caches: Readonly<Record<string, number>>;
}
/** The whole system in a process of its own. */
export interface GatewayProcess {
  url: string;
  port: number;
  token(subject: string): Promise<string>;
  held(): Promise<Held>;
  stop(): Promise<void>;
}

/** Otherwise garbage that Node has not cared to collect yet looks like memory that is held. */
const OLD_SPACE = "--max-old-space-size=384";

/** Starts the built command line as a user does, on this data folder, and waits until it answers. */
export async function startGatewayProcess(dataFolder: string): Promise<GatewayProcess> {
  const command = await nearestFile("bin/tracegraph.js");
  const child = spawn(process.execPath, [OLD_SPACE, command, "start", "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, PORT: "0", DATA_DIR: dataFolder, SEED: "none" },
  });
  const url = await readUrl(child);
  const issuer = await openDevelopmentIssuer(dataFolder);
  return {
    url,
    port: Number(new URL(url).port),
    token: (subject) =>
      issuer.sign({ subject, roles: ["support"], tenants: ["demo"], lifetimeSeconds: 86_400 }),
    held: () => heldBy(url, child.pid ?? 0),
    async stop() {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** Compiled code lies in `dist`, the command beside it: the nearest folder above has it. */
async function nearestFile(path: string): Promise<string> {
  const here = fileURLToPath(import.meta.url);
  const [root] = here.split(/\/(?:dist\/)?bench\//, 1);
  return join(root ?? "", path);
}

async function readUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("standard output is not read");
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume();
    return (JSON.parse(line) as { url: string }).url;
  }
  throw new Error("the system did not start");
}

async function heldBy(url: string, pid: number): Promise<Held> {
  const answer = await fetch(`${url}/metrics`);
  const lines = (await answer.text()).split("\n");
  const megabytes = (name: string) => {
    const line = lines.find((one) => one.startsWith(`${name} `));
    return Math.round(Number(line?.split(" ")[1] ?? 0) / 1024 / 1024);
  };
  const caches: Record<string, number> = {};
  for (const line of lines) {
    const [, cache, entries] = /^tracegraph_cache_entries\{cache="(\w+)"\} (\d+)/.exec(line) ?? [];
    if (cache) caches[cache] = Number(entries);
  }
  return {
    rssMb: megabytes("process_resident_memory_bytes"),
    heapMb: megabytes("nodejs_heap_size_used_bytes"),
    sockets: await openFiles(pid),
    caches,
  };
}

/** 0 where the system has no /proc. */
async function openFiles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
}
