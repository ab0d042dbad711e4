import type { AppendFigures } from "./appends.ts";
import type { AuditFigures } from "./audited.ts";
import type { ProofFigures } from "./proofs.ts";
import type { WitnessedFigures } from "./witnessed.ts";

export interface LedgerFigures {
  appends: AppendFigures;
  sizes: { entry: number; onDisk: number; byTable: Record<string, number> };
  witnessed: WitnessedFigures;
  proofs: ProofFigures;
  audit: (AuditFigures & { drainedPerSecond: number }) | null;
}

/** One aim, and whether the figures meet it. */
export interface AimVerdict {
  aim: string;
  measured: string;
  isMet: boolean;
}

/** What the log is to give at least, and to cost at most. */
export function aimVerdicts({ appends, witnessed, audit }: LedgerFigures): AimVerdict[] {
  const times = (chain: number) => (appends.signed / chain).toFixed(2);
  const verdicts = [
    {
      aim: "10,000 durable entries a second, signed",
      measured: `${appends.signed}`,
      isMet: appends.signed >= 10_000,
    },
    {
      aim: "ten times the same writes with a naive chain, in which each row commits",
      measured: `${times(appends.chained)} times; ${times(appends.bareChain)} times one that records nothing beside it; in batches, which is no aim, ${times(appends.chainedBatches)} and ${times(appends.bareBatches)} times`,
      isMet: appends.signed >= 10 * appends.chained,
    },
    {
      aim: "at most 25 % off the import without a log",
      measured: `${(appends.lostShare * 100).toFixed(1)} % until signed`,
      isMet: appends.lostShare <= 0.25,
    },
    {
      aim: "witnessed within 5 s",
      measured: `${witnessed.worstMs} ms at worst`,
      isMet: witnessed.worstMs <= 5_000,
    },
  ];
  if (!audit) return verdicts;
  return [
    ...verdicts,
    {
      aim: "a million entries audited within 60 s",
      measured: `${audit.entries} in ${audit.seconds} s, ${audit.deviations} deviations`,
      isMet: audit.seconds * (1_000_000 / audit.entries) <= 60 && audit.deviations === 0,
    },
  ];
}
