import type { ErrorCode } from "../../shared/domain-error.ts";
import type { Refusal } from "./row.ts";

export type RecordOutcome = "RECORDED" | "REVISED" | "UNCHANGED" | "REFUSED";
export type ProvisionOutcome = "PROVISIONED" | "PENDING" | "UNCHANGED" | "REFUSED";

/** The gateway's verdict on one row of a batch. */
export interface Verdict<Outcome> {
  index: number;
  outcome: Outcome;
  code: string | null;
  message: string | null;
  field: string | null;
}

export interface ProvisionVerdict extends Verdict<ProvisionOutcome> {
  connhexId: string | null;
  initKey: string | null;
  claimCode: string | null;
}

/** Secrets of a device's cloud identity that its file did not bring. */
export interface Secrets {
  serialNumber: string;
  connhexId: string;
  initKey: string | null;
  claimCode: string | null;
}

/** What became of one row. */
export interface Settled {
  record: RecordOutcome | null;
  provision: ProvisionOutcome | null;
  refusal: Refusal | null;
  secrets: Secrets | null;
  /** The gateway made secrets for the device in an answer that was lost: nobody knows them. */
  secretsAreLost: boolean;
}

/** A row that nobody was asked about. */
export const NOT_SENT: Settled = {
  record: null,
  provision: null,
  refusal: null,
  secrets: null,
  secretsAreLost: false,
};

/** What became of a batch. After a failure the rows are recorded and none of them is known to be provisioned. */
export interface BatchResult {
  settled: readonly Settled[];
  failure: unknown;
}

export function refusalOf(verdict: Verdict<string>): Refusal | null {
  if (verdict.outcome !== "REFUSED") return null;
  return {
    code: (verdict.code ?? "INTERNAL") as ErrorCode,
    field: verdict.field,
    reason: verdict.message ?? "no reason given",
  };
}

export function secretsOf(verdict: ProvisionVerdict, serialNumber: string): Secrets | null {
  const { connhexId, initKey, claimCode } = verdict;
  if (connhexId === null || (initKey === null && claimCode === null)) return null;
  return { serialNumber, connhexId, initKey, claimCode };
}
