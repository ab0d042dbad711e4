import { parseVerifierKey } from "../shared/ledger/note.ts";
import type { WitnessAddress } from "../shared/witnessing/witness-addresses.ts";

/** Whom outsiders are to believe of a system. */
export interface PolicyFacts {
  /** The vkeys of the logs. */
  logs: readonly string[];
  witnesses: readonly Pick<WitnessAddress, "name" | "vkey">[];
  quorum: number;
  /** A policy of before: its keys stay, since there are proofs of them. */
  before?: string;
}

const HEAD = [
  "# Whom to believe about these logs (c2sp.org/tlog-policy). Give this file to whoever verifies, by",
  "# a way that they trust: nothing that is verified can tell them.",
];

/** A policy file: the logs, the witnesses, and how many of them are enough. */
export function policyText({ logs, witnesses, quorum, before = "" }: PolicyFacts): string {
  const earlier = before.split("\n").map((line) => line.split(/[ \t]+/));
  const earlierLogs = earlier.flatMap(([word, vkey = ""]) => (word === "log" ? [vkey] : []));
  const earlierWitnesses = earlier.flatMap(([word, , vkey = ""]) =>
    word === "witness" ? [vkey] : [],
  );
  const allLogs = [...new Set([...earlierLogs, ...logs])];
  const allWitnesses = [
    ...new Set([...earlierWitnesses, ...witnesses.map(({ vkey }) => vkey)]),
  ].map((vkey) => ({ vkey, name: nameOf(vkey) }));
  const lines = [...HEAD, ...allLogs.map((vkey) => `log ${vkey}`)];
  if (allWitnesses.length === 0) return `${[...lines, "quorum none"].join("\n")}\n`;
  return `${[
    ...lines,
    ...allWitnesses.map(({ name, vkey }) => `witness ${name} ${vkey}`),
    `group enough ${quorum} ${allWitnesses.map(({ name }) => name).join(" ")}`,
    "quorum enough",
  ].join("\n")}\n`;
}

/** A name within the policy: of a witness that has changed its key, each key has one of its own. */
function nameOf(vkey: string): string {
  const { name, keyId } = parseVerifierKey(vkey);
  return `${name}:${keyId}`;
}
