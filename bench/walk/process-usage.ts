import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** CPU and memory of processes, as Linux tells them. */

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

interface ProcessFacts {
  pid: number;
  parent: number;
  /** Its own time and that of its children that have ended, in clock ticks. */
  ticks: number;
}

/** CPU time that these processes and all below them have used so far, those that ended included. */
export function cpuMsOf(roots: readonly number[]): number {
  const ticks = treeOf(roots).reduce((sum, process) => sum + process.ticks, 0);
  return (ticks / TICKS_PER_SECOND) * 1_000;
}

/** Memory that these processes and all below them hold now. */
export function residentMbOf(roots: readonly number[]): number {
  const kb = treeOf(roots).map(({ pid }) => {
    const [, text = "0"] = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
    return Number(text);
  });
  return kb.reduce((sum, one) => sum + one, 0) / 1_024;
}

/** The most memory that this process alone has held; 0 where the system does not tell. */
export function peakResidentMbOf(pid: number): number {
  const [, text = "0"] = /^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(text) / 1_024;
}

function treeOf(roots: readonly number[]): ProcessFacts[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => factsOf(Number(name)));
  const known = new Set(roots);
  // A child may have a smaller number than its parent, so the tree is gone through until it stands.
  for (let size = 0; size !== known.size; ) {
    size = known.size;
    for (const { pid, parent } of all) if (known.has(parent)) known.add(pid);
  }
  return all.filter(({ pid }) => known.has(pid));
}

/** From /proc/<pid>/stat; the name in parentheses may hold spaces. Empty where it has ended. */
function factsOf(pid: number): ProcessFacts[] {
  const text = read(`/proc/${pid}/stat`);
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [parent = 0] = fields.slice(1);
  const times = fields.slice(11, 15);
  if (times.length < 4) return [];
  return [{ pid, parent, ticks: times.reduce((sum, time) => sum + time, 0) }];
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** CPU time of the children of this process that have ended. */
export function endedChildrenCpuMs(): number {
  const text = read("/proc/self/stat");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0] = fields.slice(13, 15).map(Number);
  return ((user + system) / TICKS_PER_SECOND) * 1_000;
}
