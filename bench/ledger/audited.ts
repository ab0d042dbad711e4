import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { COMMAND } from "../walk/places.ts";

export interface AuditFigures {
  entries: number;
  seconds: number;
  deviations: number;
}

const PATIENCE_MS = 600_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;

/** Audits Manufacturing's log and rows by the real command, in a process of its own. */
export async function measureAudit(
  environment: Readonly<Record<string, string>>,
  entries: number,
): Promise<AuditFigures> {
  const began = performance.now();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [COMMAND, "audit", "--service", "manufacturing", "--json"],
    { env: { ...process.env, ...environment }, timeout: PATIENCE_MS, maxBuffer: OUTPUT_BYTES },
  );
  const seconds = (performance.now() - began) / 1_000;
  const { deviations } = JSON.parse(stdout) as { deviations: number };
  return { entries, seconds: Math.round(seconds * 10) / 10, deviations };
}
