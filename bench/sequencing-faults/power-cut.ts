import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { openSequencing } from "./campaign.ts";
import { FaultyServer } from "./faulty-server.store.ts";

const run = promisify(execFile);
const DISK_MEGABYTES = 1_024;
const LOAD_MS = 1_500;

/** Whether a file can be mounted here as a disk: without it no power can be cut. */
export async function canCutPower(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-disk-"));
  try {
    const disk = await Disk.make(folder, 16);
    await disk.unmount();
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A disk in a file: what was not synced to it is not in the file, as after a power cut. */
class Disk {
  private constructor(
    private readonly image: string,
    readonly folder: string,
  ) {}

  static async make(folder: string, megabytes: number): Promise<Disk> {
    const disk = new Disk(join(folder, "disk.img"), join(folder, "disk"));
    await mkdir(disk.folder);
    await run("truncate", ["-s", `${megabytes}M`, disk.image]);
    await run("mkfs.ext4", ["-q", "-F", disk.image]);
    await disk.mount();
    await chmod(folder, 0o755);
    await chmod(disk.folder, 0o755);
    return disk;
  }

  async mount(): Promise<void> {
    await run("mount", ["-o", "loop", this.image, this.folder]);
  }

  async unmount(): Promise<void> {
    await run("umount", [this.folder]);
  }

  /** What is in the file now takes the disk's place. Nothing may write meanwhile. */
  async cut(whenCopied: () => Promise<void>): Promise<void> {
    const copy = `${this.image}.cut`;
    await run("cp", ["--sparse=always", this.image, copy]);
    await whenCopied();
    await this.unmount();
    await run("mv", [copy, this.image]);
    await this.mount();
  }
}

export interface PowerCut {
  acknowledged: number;
  /** What is wrong afterwards; that PostgreSQL cannot even start is one. */
  complaints: string[];
}

/** Cuts the power under a log that is being written, with PostgreSQL's fsync on, or off as a control. */
export async function cutPower({ fsync }: { fsync: "on" | "off" }): Promise<PowerCut> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-cut-"));
  const disk = await Disk.make(folder, DISK_MEGABYTES);
  try {
    const server = await FaultyServer.start(disk.folder);
    await server.ask("CHECKPOINT");
    await run("sync", []);
    await server.ask(`ALTER SYSTEM SET fsync = ${fsync}`);
    await server.ask("SELECT pg_reload_conf()");
    await sleep(200);
    const { sequencing, judge } = openSequencing(server);
    await sequencing.start();
    await sequencing.signsAgain(5);
    await sleep(LOAD_MS);
    const ids = await server.processIds();
    for (const pid of ids) process.kill(pid, "SIGSTOP");
    await sequencing.kill();
    await disk.cut(async () => {
      for (const pid of ids) process.kill(pid, "SIGKILL");
      await sleep(500);
    });
    const acknowledged = sequencing.acknowledged.size;
    try {
      await server.restart();
    } catch (error) {
      return { acknowledged, complaints: [`PostgreSQL does not start any more: ${error}`] };
    }
    const complaints = await judge().catch((error) => [`the log cannot be read: ${error}`]);
    await server.stop();
    return { acknowledged, complaints };
  } finally {
    await disk.unmount().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}
