import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseCheckpoint } from "../shared/ledger/checkpoint.ts";
import { type NoteVerifier, openNote } from "../shared/ledger/note.ts";
import type { SeenTree } from "../shared/ledger-audit/walk-cosignatures.ts";
import type { WitnessAddress } from "../shared/witnessing/witness-addresses.ts";
import { WitnessClient } from "../shared/witnessing/witness-client.ts";
import { SeenCheckpoints } from "../witness/seen-checkpoints.ts";

/** What a witness said of a log: the size of the tree that it has seen last, or why it said nothing. */
export interface AskedWitness {
  witness: string;
  /** Null where it has seen none, or does not answer. */
  size: number | null;
  fault: string | null;
}

/** What witnesses have seen of a log. */
export interface Witnessed {
  seen: SeenTree[];
  asked: AskedWitness[];
}

export interface WitnessPlaces {
  addresses: readonly WitnessAddress[];
  /** Where the witnesses beside an embedded database keep what they have seen. */
  ownFolder: string;
  /** The witnesses that are believed. */
  verifiers: readonly NoteVerifier[];
}

/** Asks every witness what it has seen last of a log: over the network, or in its own folder here. */
export async function askWitnesses(origin: string, places: WitnessPlaces): Promise<Witnessed> {
  const remote = places.addresses.map((address) =>
    heard(address.name, () => new WitnessClient(address).lastCheckpoint(origin)),
  );
  const folders = await readdir(places.ownFolder, { withFileTypes: true }).catch(() => []);
  const own = folders
    .filter((folder) => folder.isDirectory())
    .map(({ name }) => {
      const folder = join(places.ownFolder, name);
      return heard(keyName(name, places), () => lastOf(folder, origin, places.verifiers));
    });
  const all = await Promise.all([...remote, ...own]);
  return { seen: all.flatMap(({ seen }) => seen), asked: all.map(({ asked }) => asked) };
}

/** Its folder is named like the last part of its key's name. */
function keyName(folder: string, { verifiers }: WitnessPlaces): string {
  return verifiers.find(({ name }) => name.endsWith(`/${folder}`))?.name ?? folder;
}

type Last = { size: bigint; root: Buffer } | null;

async function heard(
  witness: string,
  ask: () => Promise<Last>,
): Promise<{ seen: SeenTree[]; asked: AskedWitness }> {
  try {
    const last = await ask();
    if (last === null || last.size === 0n) {
      const seen = [{ witness, size: 0, root: null }];
      return { seen, asked: { witness, size: null, fault: null } };
    }
    const size = Number(last.size);
    return {
      seen: [{ witness, size, root: last.root }],
      asked: { witness, size, fault: null },
    };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { seen: [], asked: { witness, size: null, fault } };
  }
}

async function lastOf(
  folder: string,
  origin: string,
  verifiers: readonly NoteVerifier[],
): Promise<Last> {
  const kept = await new SeenCheckpoints(folder).last(origin);
  return kept && parseCheckpoint(openNote(kept.note, verifiers).text);
}
