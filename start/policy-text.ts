import { parseVerifierKey } from "../shared/ledger/note.ts";
import type { WitnessAddress } from "../shared/witnessing/witness-addresses.ts";

/** Whom outsiders are to believe of a system. */
export interface PolicyFacts {
  /** The vkeys of the logs. */
  logs: readonly string[];
  witnesses: readonly Pick<WitnessAddress, "vkey">[];
  quorum: number;
  /** A policy of before: its keys stay, since there are proofs of them. */
  before?: string;
}

const HEAD = [
  "# Whom to believe about these logs (c2sp.org/tlog-policy). Give this file to whoever verifies, by",
  "# a way that they trust: nothing that is verified can tell them.",
];
/** The group of the present witnesses. */
const ENOUGH = "enough";

/**
 * A policy file: the logs, the witnesses, and how many of them are enough. Witnesses of before are
 * a group of their own, so that one of them and one of the present ones are not enough.
 */
export function policyText({ logs, witnesses, quorum, before = "" }: PolicyFacts): string {
  const earlier = readPolicyLines(before);
  const present = witnesses.map(({ vkey }) => vkey);
  const gone = earlier.witnesses.filter((vkey) => !present.includes(vkey));
  const lines = [
    ...HEAD,
    ...[...new Set([...earlier.logs, ...logs])].map((vkey) => `log ${vkey}`),
    ...[...present, ...gone].map((vkey) => `witness ${nameOf(vkey)} ${vkey}`),
  ];
  if (present.length === 0) return textOf([...lines, "quorum none"]);
  const group = (name: string, vkeys: readonly string[]) =>
    `group ${name} ${Math.min(quorum, vkeys.length)} ${vkeys.map(nameOf).join(" ")}`;
  if (gone.length === 0) return textOf([...lines, group(ENOUGH, present), `quorum ${ENOUGH}`]);
  return textOf([
    ...lines,
    group(ENOUGH, present),
    group("earlier", gone),
    `group either any ${ENOUGH} earlier`,
    "quorum either",
  ]);
}

/** The keys of a policy that was written here. */
export interface PolicyLines {
  logs: string[];
  /** All of them, those of before too. */
  witnesses: string[];
  present: string[];
}

export function readPolicyLines(text: string): PolicyLines {
  const lines = text.split("\n").map((line) => line.split(/[ \t]+/));
  const named = lines.flatMap(([word, name = "", vkey = ""]) =>
    word === "witness" ? [{ name, vkey }] : [],
  );
  const members = lines.find(([word, name]) => word === "group" && name === ENOUGH) ?? [];
  return {
    logs: lines.flatMap(([word, vkey = ""]) => (word === "log" ? [vkey] : [])),
    witnesses: named.map(({ vkey }) => vkey),
    present: named.filter(({ name }) => members.includes(name)).map(({ vkey }) => vkey),
  };
}

function textOf(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

/** A name within the policy: of a witness that has changed its key, each key has one of its own. */
function nameOf(vkey: string): string {
  const { name, keyId } = parseVerifierKey(vkey);
  return `${name}:${keyId}`;
}
