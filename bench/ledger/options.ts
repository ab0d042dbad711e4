import { parseArgs } from "node:util";

export interface LedgerBenchOptions {
  /** Devices recorded by each way in each round. */
  rows: number;
  rounds: number;
  /** How long commits are watched until they are witnessed. */
  witnessSeconds: number;
  /** Entries that the audited log has at least; 0: no audit. */
  auditEntries: number;
}

export function readOptions(words: readonly string[] = process.argv.slice(2)): LedgerBenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rows: { type: "string", default: "40000" },
      rounds: { type: "string", default: "5" },
      "witness-seconds": { type: "string", default: "30" },
      "audit-entries": { type: "string", default: "1000000" },
      json: { type: "boolean" },
    },
  });
  return {
    rows: figure("rows", values.rows),
    rounds: figure("rounds", values.rounds),
    witnessSeconds: figure("witness-seconds", values["witness-seconds"]),
    auditEntries: figure("audit-entries", values["audit-entries"]),
  };
}

function figure(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a number, not ${text}`);
}
