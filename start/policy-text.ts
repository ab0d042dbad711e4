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
/** The group of the present witnesses, and of those whom they have replaced one by one. */
const ENOUGH = "enough";
/** A line for us: those of the group that are asked now. */
const NOW = "# now";

/**
 * A policy file: the logs, the witnesses, and how many of them are enough, never fewer than the
 * quorum. Witnesses that cosigned beside a present one are in its group, for there are proofs of
 * both together. Others of before are groups of their own, so that one of them and one of the
 * present ones are not enough; where they are too few for that, they count beside the present ones.
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
  const { enough, apart } = groupsOf({ present, earlier, quorum });
  const group = (name: string, vkeys: readonly string[]) =>
    `group ${name} ${Math.min(quorum, vkeys.length)} ${vkeys.map(nameOf).join(" ")}`;
  if (enough.length > present.length) lines.push(`${NOW} ${present.map(nameOf).join(" ")}`);
  lines.push(group(ENOUGH, enough));
  if (apart.length === 0) return textOf([...lines, `quorum ${ENOUGH}`]);
  const names = apart.map((_, place) => `earlier${place === 0 ? "" : `-${place + 1}`}`);
  return textOf([
    ...lines,
    ...apart.map((vkeys, place) => group(names[place] as string, vkeys)),
    `group either any ${ENOUGH} ${names.join(" ")}`,
    "quorum either",
  ]);
}

/** Who counts with the present witnesses, and the groups of before that have nothing to do with them. */
function groupsOf(facts: { present: string[]; earlier: PolicyLines; quorum: number }) {
  const { present, earlier, quorum } = facts;
  const meets = (vkeys: readonly string[]) => vkeys.some((vkey) => present.includes(vkey));
  const together = earlier.groups.filter(meets).flat();
  const grouped = new Set(earlier.groups.flat());
  const loose = earlier.witnesses.filter((vkey) => !grouped.has(vkey) && !present.includes(vkey));
  const apart = [...earlier.groups.filter((vkeys) => !meets(vkeys)), loose];
  const few = apart.filter((vkeys) => vkeys.length < quorum).flat();
  return {
    enough: [...new Set([...present, ...earlier.witnesses])].filter(
      (vkey) => present.includes(vkey) || together.includes(vkey) || few.includes(vkey),
    ),
    apart: apart.filter((vkeys) => vkeys.length > 0 && vkeys.length >= quorum),
  };
}

/** The keys of a policy that was written here. */
export interface PolicyLines {
  logs: string[];
  /** All of them, those of before too. */
  witnesses: string[];
  present: string[];
  /** Those that count together. */
  groups: string[][];
  /** How many of the present ones are enough; null where the policy asks for none. */
  quorum: number | null;
}

export function readPolicyLines(text: string): PolicyLines {
  const lines = text.split("\n").map((line) => line.split(/[ \t]+/));
  const named = lines.flatMap(([word, name = "", vkey = ""]) =>
    word === "witness" ? [{ name, vkey }] : [],
  );
  const keysOf = (names: readonly string[]) =>
    named.filter(({ name }) => names.includes(name)).map(({ vkey }) => vkey);
  const groups = lines.filter(([word]) => word === "group");
  const enough = groups.find(([, name]) => name === ENOUGH) ?? [];
  const now = lines.find(([sign, word]) => `${sign} ${word}` === NOW);
  return {
    logs: lines.flatMap(([word, vkey = ""]) => (word === "log" ? [vkey] : [])),
    witnesses: named.map(({ vkey }) => vkey),
    present: keysOf((now ?? enough).slice(2)),
    groups: groups.map((words) => keysOf(words.slice(3))).filter((vkeys) => vkeys.length > 0),
    quorum: Number(enough[2]) || null,
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
