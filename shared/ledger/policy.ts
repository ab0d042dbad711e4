import { cosignatureVerifier } from "./cosignature.ts";
import { type NoteVerifier, noteVerifier, parseVerifierKey, SIGNATURE_TYPE } from "./note.ts";
import { malformed, readText } from "./strict-text.ts";

/** Whom a reader believes: logs, witnesses, and how many of these (C2SP tlog-policy). */
export interface Policy {
  logs: readonly KnownParty[];
  /** By the name that the policy gives them. */
  witnesses: ReadonlyMap<string, KnownParty>;
  /** null: no cosignature is asked for. */
  quorum: QuorumRule | null;
}

export interface KnownParty {
  verifier: NoteVerifier;
  vkey: string;
  url: string | null;
}

/** A witness, or so many of a group. */
export type QuorumRule = { witness: string } | { atLeast: number; of: readonly QuorumRule[] };

const POLICY_BYTES_MOST = 64 * 1_024;
const LINES_MOST = 1_000;

/** Reads a policy file. */
export function parsePolicy(file: string | Uint8Array): Policy {
  const text = readText(file, POLICY_BYTES_MOST, "the policy");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) {
    return malformed("the policy has a control character");
  }
  const lines = text.split("\n");
  if (lines.length > LINES_MOST) return malformed(`the policy has more than ${LINES_MOST} lines`);
  const reader = new PolicyReader();
  for (const [at, line] of lines.entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length > 0 && !words[0]?.startsWith("#")) reader.read(words, `line ${at + 1}`);
  }
  return reader.policy();
}

/** Whether these witnesses, by the policy's names, are enough. */
export function isQuorum(policy: Policy, witnesses: ReadonlySet<string>): boolean {
  return policy.quorum === null || isMet(policy.quorum, witnesses);
}

function isMet(rule: QuorumRule, witnesses: ReadonlySet<string>): boolean {
  if ("witness" in rule) return witnesses.has(rule.witness);
  return rule.of.filter((member) => isMet(member, witnesses)).length >= rule.atLeast;
}

class PolicyReader {
  private readonly logs: KnownParty[] = [];
  private readonly witnesses = new Map<string, KnownParty>();
  private readonly rules = new Map<string, QuorumRule>();
  private readonly members = new Set<string>();
  private readonly publicKeys = new Set<string>();
  private quorum: QuorumRule | null | undefined;

  read([keyword, ...words]: string[], place: string): void {
    switch (keyword) {
      case "log":
        this.readLog(words, place);
        return;
      case "witness":
        this.readWitness(words, place);
        return;
      case "group":
        this.readGroup(words, place);
        return;
      case "quorum":
        this.readQuorum(words, place);
        return;
      default:
        malformed(`${place}: a line begins with log, witness, group or quorum`);
    }
  }

  policy(): Policy {
    if (this.quorum === undefined) return malformed("the policy has no quorum line");
    return { logs: this.logs, witnesses: this.witnesses, quorum: this.quorum };
  }

  private readLog([vkey, url, ...more]: string[], place: string): void {
    if (vkey === undefined || more.length > 0) malformed(`${place}: log <vkey> [<url>]`);
    const key = this.takeKey(vkey, SIGNATURE_TYPE.ED25519, place);
    this.logs.push({ verifier: noteVerifier(key), vkey, url: url ?? null });
  }

  private readWitness([name, vkey, url, ...more]: string[], place: string): void {
    if (name === undefined || vkey === undefined || more.length > 0) {
      malformed(`${place}: witness <name> <vkey> [<url>]`);
    }
    const key = this.takeKey(vkey, SIGNATURE_TYPE.COSIGNATURE, place);
    this.name(name, { witness: name }, place);
    this.witnesses.set(name, { verifier: cosignatureVerifier(key), vkey, url: url ?? null });
  }

  private readGroup([name, threshold, ...names]: string[], place: string): void {
    if (name === undefined || threshold === undefined || names.length === 0) {
      malformed(`${place}: group <name> <number|any|all> <member>…`);
    }
    const of = names.map((member) => {
      // Each may count once in all, so that no witness weighs more than another.
      if (this.members.has(member)) return malformed(`${place}: ${member} is in a group already`);
      this.members.add(member);
      return this.rules.get(member) ?? malformed(`${place}: ${member} is not defined above`);
    });
    const atLeast = thresholdOf(threshold, of.length);
    if (atLeast === null) {
      malformed(`${place}: the threshold is any, all, or 1 to ${of.length}`);
    }
    this.name(name, { atLeast, of }, place);
  }

  private readQuorum([name, ...more]: string[], place: string): void {
    if (name === undefined || more.length > 0) malformed(`${place}: quorum <name>`);
    if (this.quorum !== undefined) malformed(`${place}: a second quorum line`);
    this.quorum =
      name === "none"
        ? null
        : (this.rules.get(name) ?? malformed(`${place}: ${name} is not defined above`));
  }

  private name(name: string, rule: QuorumRule, place: string): void {
    if (name === "none" || this.rules.has(name)) malformed(`${place}: ${name} is taken`);
    this.rules.set(name, rule);
  }

  /** A key may stand in the policy once: a log must not witness itself. */
  private takeKey(vkey: string, type: number, place: string): ReturnType<typeof parseVerifierKey> {
    const key = parseVerifierKey(vkey);
    if (key.type !== type) return malformed(`${place}: the key is of type ${key.type}`);
    const publicKey = key.publicKey.toString("hex");
    if (this.publicKeys.has(publicKey)) return malformed(`${place}: the key stands there already`);
    this.publicKeys.add(publicKey);
    return key;
  }
}

function thresholdOf(text: string, members: number): number | null {
  if (text === "any") return 1;
  if (text === "all") return members;
  return /^[1-9][0-9]{0,3}$/.test(text) && Number(text) <= members ? Number(text) : null;
}
