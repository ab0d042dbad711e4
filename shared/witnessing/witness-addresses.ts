import { parseVerifierKey, SIGNATURE_TYPE } from "../ledger/note.ts";

/** A witness as a configuration names it. */
export interface WitnessAddress {
  /** Its key's name. */
  name: string;
  vkey: string;
  /** Below it lies `/add-checkpoint`. */
  url: string;
}

/** The witnesses that checkpoints are given to, and how many of them make one witnessed. */
export interface WitnessPolicy {
  witnesses: readonly WitnessAddress[];
  quorum: number;
}

const WITNESSES_MOST = 16;
/** How many witnesses are enough: one alone could be in league with the log. */
export const USUAL_QUORUM = 2;

/**
 * Reads `WITNESSES`: `<vkey> <url>` of each, commas between them; and `WITNESS_QUORUM`. Null where
 * none is named. Fails naming the variable.
 */
export function readWitnesses(
  named: string | undefined,
  quorum: string | undefined,
): WitnessPolicy | null {
  const items = (named || "").split(",").map((item) => item.trim());
  const witnesses = items.filter((item) => item !== "").map(readAddress);
  if (witnesses.length === 0) {
    if (quorum) throw new Error("WITNESS_QUORUM is set, but WITNESSES is not");
    return null;
  }
  if (witnesses.length > WITNESSES_MOST) {
    throw new Error(`WITNESSES names ${witnesses.length} witnesses, more than ${WITNESSES_MOST}`);
  }
  if (new Set(witnesses.map(({ name }) => name)).size < witnesses.length) {
    throw new Error("WITNESSES names a witness twice");
  }
  return { witnesses, quorum: readQuorum(quorum, witnesses.length) };
}

function readAddress(item: string): WitnessAddress {
  const [vkey = "", url = "", ...more] = item.split(/\s+/);
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "") || more.length > 0) {
    throw new Error(
      `WITNESSES must be of "<vkey> <http or https URL>", not ${JSON.stringify(item)}`,
    );
  }
  try {
    const { name, type } = parseVerifierKey(vkey);
    if (type !== SIGNATURE_TYPE.COSIGNATURE) throw new Error("it is a log's, not a witness's");
    return { name, vkey, url: url.replace(/\/+$/, "") };
  } catch (error) {
    throw new Error(`WITNESSES: ${JSON.stringify(vkey)} is no vkey: ${(error as Error).message}`);
  }
}

function readQuorum(text: string | undefined, witnesses: number): number {
  const quorum = text
    ? Number(/^\d{1,2}$/.test(text) ? text : "0")
    : Math.min(USUAL_QUORUM, witnesses);
  if (quorum >= 1 && quorum <= witnesses) return quorum;
  throw new Error(`WITNESS_QUORUM must be from 1 to the ${witnesses} witnesses, not ${text}`);
}

/**
 * How many witnesses must be heard before a log signs anything after a start. Any two sets of this
 * many and of `quorum` have a witness in common, so no checkpoint that was witnessed stays unknown.
 */
export function witnessesToHear({ witnesses, quorum }: WitnessPolicy): number {
  return witnesses.length - quorum + 1;
}

/** The same witnesses, as `WITNESSES` names them. */
export function witnessesText({ witnesses }: WitnessPolicy): string {
  return witnesses.map(({ vkey, url }) => `${vkey} ${url}`).join(",");
}
