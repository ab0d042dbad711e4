import { parsePolicy } from "../../shared/ledger/policy.ts";
import { encodeProofFile, verifyProofFile } from "../../shared/ledger/proof-file.ts";
import { LogReader } from "../../shared/ledger-store/log-reader.store.ts";
import { Database } from "../../shared/postgres/database.ts";
import { appRole } from "../../shared/postgres/migrate.ts";
import type { LogFacts } from "./log-facts.store.ts";
import { TENANT } from "./recorder.ts";

export interface ProofFigures {
  proofs: number;
  madePerSecond: number;
  verifiedPerSecond: number;
}

const PROOFS = 4_000;
/** Proofs of one request: the history of a device has as many at most. */
const TOGETHER = 50;
const WITNESSES = 2;

/** Makes proofs as requests do, and verifies each as an outsider does. */
export async function measureProofs(
  databaseUrl: string,
  facts: LogFacts,
  policyText: string,
): Promise<ProofFigures> {
  const policy = parsePolicy(policyText);
  const ids = await facts.someIds(PROOFS);
  const database = new Database({ url: databaseUrl, role: appRole("manufacturing") });
  const files: { entry: Buffer; file: string }[] = [];
  const began = performance.now();
  for (let from = 0; from < ids.length; from += TOGETHER) {
    const reader = new LogReader(database.tenant(TENANT), TENANT);
    const checkpoint = await reader.witnessed(WITNESSES);
    if (!checkpoint) throw new Error("no checkpoint is witnessed");
    const proofs = await Promise.all(
      ids.slice(from, from + TOGETHER).map((id) => reader.proof(id, checkpoint)),
    );
    for (const proof of proofs) {
      if (!proof) continue;
      const { index, path, entry } = proof;
      const file = encodeProofFile({ extra: null, index, path, checkpoint: checkpoint.note });
      files.push({ entry: Buffer.from(entry), file });
    }
  }
  const madeSeconds = (performance.now() - began) / 1_000;
  await database.close();
  const verifying = performance.now();
  for (const { entry, file } of files) {
    const report = verifyProofFile(file, entry, policy);
    if (!report.proven) throw new Error(report.reason);
  }
  const verifiedSeconds = (performance.now() - verifying) / 1_000;
  return {
    proofs: files.length,
    madePerSecond: Math.round(files.length / madeSeconds),
    verifiedPerSecond: Math.round(files.length / verifiedSeconds),
  };
}
