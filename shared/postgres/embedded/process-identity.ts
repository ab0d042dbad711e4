import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** One run of one process. A pid alone is not enough: the system gives it out again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for as long as the same process has the pid. */
  readonly startedAt: string;
}

export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startedAtOf(process.pid) ?? "" };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startedAtOf(identity.pid) === identity.startedAt;
}

/** When the process with this pid was started, or null when there is none (a zombie is none). */
export function startedAtOf(pid: number): string | null {
  if (process.platform === "linux") return startedAtOnLinux(pid);
  if (!hasProcess(pid)) return null;
  if (process.platform === "win32") return "running";
  return spawnSync("ps", ["-o", "lstart=", "-p", `${pid}`], { encoding: "utf8" }).stdout.trim();
}

/** The arguments of a process, or null where they cannot be told. */
export function commandLineOf(pid: number): string | null {
  if (process.platform === "win32") return null;
  if (process.platform === "linux") return readProc(`${pid}/cmdline`);
  return spawnSync("ps", ["-o", "command=", "-p", `${pid}`], { encoding: "utf8" }).stdout;
}

/** Ticks since boot are unique within one boot only, hence the boot id. See proc_pid_stat(5), field 22. */
function startedAtOnLinux(pid: number): string | null {
  const stat = readProc(`${pid}/stat`);
  if (stat === null) return null;
  // The second field is the command in parentheses, and may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const isGone = fields[0] === "Z" || fields[0] === "X";
  return isGone ? null : `${readProc("sys/kernel/random/boot_id")?.trim()}/${fields[19]}`;
}

function readProc(file: string): string | null {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch {
    return null;
  }
}

/** Signal 0 asks only; EPERM means that the process exists and belongs to somebody else. */
function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
