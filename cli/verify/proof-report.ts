import type { Policy } from "../../shared/ledger/policy.ts";
import type { ProofVerdict, ProvenContent, WitnessedBy } from "../../shared/proof/verify-proof.ts";
import { count, printable } from "../output.ts";

/** What a proof is of, in words: `revision 3 of the device SN-1`. */
export function provenThing({ entry, content }: ProvenContent): string {
  const [, ...place] = entry.id.split("/");
  switch (entry.type) {
    case "REVISION":
      return `revision ${place.at(-1)} of the device ${content.serialNumber}`;
    case "RECALL":
      return `the recall ${place[0]}${place[1] ? `'s ${place[1]}` : ""}`;
    case "PROVISIONING":
    case "OWNERSHIP":
    case "ACCESS":
    case "ERASURE":
    case "LOG_KEY":
    case "BACKFILL":
    case "MONTH":
      return `the entry ${entry.id}`;
  }
}

/** What is proven, for a person. */
export function provenLines(proven: ProvenContent, policy: Policy): string[] {
  const { entry, origin, index, size, logKeys, until } = proven;
  return [
    `PROVEN: ${provenThing(proven)}`,
    "",
    "this content",
    ...contentLines(proven),
    "this place in the log",
    `  entry ${large(index)} (counted from 0) of the log ${origin}, tenant ${entry.tenant}`,
    `  signed by the log with the key ${logKeys.join(" and ")}, when it had ${large(size)} entries`,
    "this time",
    `  recorded at ${entry.at}, says the log`,
    ...(proven.witnessedAt === null
      ? []
      : [`  in the log by ${timeText(proven.witnessedAt)}, say the witnesses`]),
    "these witnesses",
    ...witnessLines(proven.witnesses, policy),
    ...(until === null
      ? []
      : [
          "and ever since",
          `  the log of ${large(until.size)} entries still begins with these${until.witnessedAt === null ? "" : `, by ${timeText(until.witnessedAt)}`}`,
          ...witnessLines(until.witnesses, policy),
        ]),
    "not proven",
    "  that what was recorded was true, and that nothing was recorded afterwards",
  ].map(printable);
}

/** The same for a program. */
export function proofJson(verdict: ProofVerdict): object {
  if (!verdict.proven) return verdict;
  const { entry, content, origin, index, size, logKeys, witnesses, witnessedAt, until } = verdict;
  const tree = (one: {
    size: bigint;
    witnesses: readonly WitnessedBy[];
    witnessedAt: bigint | null;
  }) => ({
    size: String(one.size),
    witnesses: one.witnesses.map(({ name, time }) => ({ name, time: timeText(time) })),
    witnessedAt: one.witnessedAt === null ? null : timeText(one.witnessedAt),
  });
  return {
    ...{ proven: true, origin, index: String(index), logKeys },
    ...tree({ size, witnesses, witnessedAt }),
    ...{ entry, content, until: until && tree(until) },
  };
}

function contentLines({ content, entry }: ProvenContent): string[] {
  const names = Object.keys(content);
  const width = Math.max(0, ...names.map((name) => name.length));
  return [
    ...names.map((name) => `  ${name.padEnd(width)}  ${said(content[name])}`),
    `  by ${entry.actor === "" ? "nobody in particular" : `whoever has committed to ${entry.actor}`}`,
  ];
}

function said(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function witnessLines(witnesses: readonly WitnessedBy[], policy: Policy): string[] {
  if (policy.quorum === null && witnesses.length === 0) {
    return [
      "  none were asked for: that the log tells everybody the same rests on its operator alone",
    ];
  }
  return witnesses.map(({ name, time }) => `  ${name}, at ${timeText(time)}`);
}

/** A witness's seconds since 1970, which it may have set as it likes. */
export function timeText(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1_000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : `${date.toISOString().slice(0, 19)}Z`;
}

function large(amount: bigint): string {
  return count(Number(amount));
}
