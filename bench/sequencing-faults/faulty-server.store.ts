import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../shared/postgres/embedded/embedded-postgres.ts";
import { migrate } from "../../shared/postgres/migrate.ts";
import { prepareDatabase } from "../../shared/postgres/prepare-server.ts";
import { manufacturingDatabase } from "../../subgraphs/manufacturing/subgraph.ts";

const run = promisify(execFile);
const BACK_MS = 60_000;

/** Whether strace is here and may look into processes: without it no disk error can be made. */
export async function canInjectDiskErrors(): Promise<boolean> {
  return run("strace", ["-o", "/dev/null", "true"]).then(
    () => true,
    () => false,
  );
}

/** A PostgreSQL server to which everything may happen. */
export class FaultyServer {
  private server: EmbeddedPostgres;
  appUrl = "";

  private constructor(
    readonly dataFolder: string,
    server: EmbeddedPostgres,
  ) {
    this.server = server;
  }

  static async start(dataFolder: string): Promise<FaultyServer> {
    const faulty = new FaultyServer(dataFolder, await startEmbeddedPostgres(dataFolder));
    const password = randomBytes(16).toString("hex");
    const { ownerUrl, appUrl } = await prepareDatabase(
      faulty.server.adminUrl("postgres"),
      manufacturingDatabase,
      { passwords: () => password },
    );
    await migrate(ownerUrl, manufacturingDatabase);
    faulty.appUrl = appUrl;
    return faulty;
  }

  get adminUrl(): string {
    return this.server.adminUrl("manufacturing");
  }

  /** The server's first process, and all below it that serve it. */
  async processIds(): Promise<number[]> {
    const file = join(this.dataFolder, "postgres", "postmaster.pid");
    const postmaster = Number((await readFile(file, "utf8")).split("\n")[0]);
    const { stdout } = await run("ps", ["-o", "pid=", "--ppid", `${postmaster}`]);
    const children = stdout
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0);
    return [postmaster, ...children];
  }

  /** A process that serves a client dies: the others drop everything, and the server recovers. */
  async killBackend(): Promise<void> {
    const [row] = await this.ask<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = 'manufacturing'
       AND backend_type = 'client backend' AND pid <> pg_backend_pid()
       ORDER BY state_change DESC LIMIT 1`,
    );
    if (!row) throw new Error("nobody is connected");
    process.kill(row.pid, "SIGKILL");
    await this.isBack();
  }

  /** All of the server dies at once, and is started again. */
  async killPostmaster(): Promise<void> {
    for (const pid of await this.processIds()) kill(pid, "SIGKILL");
    await this.restart();
  }

  /**
   * The next time that one of the server's processes wants to know its writes on the disk for the
   * `when`th time, it is told that they are not. Resolves when that happened and it has recovered.
   * False where no process got so far in time.
   */
  async failSync(error: "EIO" | "ENOSPC", when: number): Promise<boolean> {
    const ids = await this.processIds();
    const words = [
      "-f",
      "-e",
      "trace=fdatasync",
      "-e",
      `inject=fdatasync:error=${error}:when=${when}`,
    ];
    const strace = spawn("strace", [...words, ...ids.flatMap((pid) => ["-p", `${pid}`])], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const isMet = await injected(strace);
    strace.kill("SIGTERM");
    await this.isBack();
    return isMet;
  }

  /** Starts what is not there any more. */
  async restart(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        this.server = await startEmbeddedPostgres(this.dataFolder);
        const { port } = new URL(this.adminUrl);
        this.appUrl = Object.assign(new URL(this.appUrl), { port }).href;
        return await this.isBack();
      } catch (error) {
        if (tries === 20) throw error;
        await sleep(500);
      }
    }
  }

  async ask<Row>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.adminUrl });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  /** It may answer for a moment as if nothing had happened. */
  private async isBack(): Promise<void> {
    await sleep(200);
    const lateAt = performance.now() + BACK_MS;
    for (;;) {
      try {
        await this.ask("SELECT 1");
        return;
      } catch (error) {
        if (performance.now() > lateAt) throw error;
        await sleep(50);
      }
    }
  }
}

const INJECTED_MS = 8_000;

async function injected(strace: ChildProcess): Promise<boolean> {
  let isMet = false;
  strace.stderr?.on("data", (piece: Buffer) => {
    isMet ||= piece.toString().includes("(INJECTED)");
  });
  const lateAt = performance.now() + INJECTED_MS;
  while (!isMet && performance.now() < lateAt && strace.exitCode === null) await sleep(20);
  return isMet;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended with the one before it.
  }
}
