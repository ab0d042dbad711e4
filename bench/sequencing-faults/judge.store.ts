import pg from "pg";
import { openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { verifierOf } from "../../shared/ledger/cosignature.ts";
import { Frontier, leafHash } from "../../shared/ledger/merkle.ts";
import type { LogKeys } from "../../shared/ledger-store/log-keys.ts";
import type { ToldTree } from "./sequencing.ts";

interface LeafRow {
  leaf_index: string;
  id: string;
  entry: string;
  hash: Buffer;
}

/** What is wrong with a log after a fault; empty where nothing is. */
export async function complaintsOf(
  adminUrl: string,
  keys: LogKeys,
  told: { acknowledged: ReadonlySet<string>; trees: readonly ToldTree[] },
): Promise<string[]> {
  // It goes on while this looks: only what was told before must be there.
  const acknowledged = new Set(told.acknowledged);
  const trees = [...told.trees];
  const client = new pg.Client({ connectionString: adminUrl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const ask = async <Row>(text: string) => (await client.query(text)).rows as Row[];
    const leaves = await ask<LeafRow>("SELECT * FROM ledger_leaf ORDER BY leaf_index");
    const pending = await ask<{ id: string }>("SELECT id FROM ledger_pending");
    const [state] = await ask<{ size: string }>("SELECT size FROM ledger_sequencer");
    const signed = await ask<{ size: string; root: Buffer; note: string }>(
      "SELECT size, root, note FROM ledger_checkpoint ORDER BY size",
    );
    const complaints = [
      ...gaps(leaves, Number(state?.size)),
      ...lost(acknowledged, [...leaves, ...pending]),
    ];
    const roots = rootsOf(leaves, new Set([...signed, ...trees].map(({ size }) => `${size}`)));
    const logs = keys.signers.map(({ verifierKey }) => verifierOf(verifierKey));
    for (const { size, root, note } of signed) {
      const { checkpoint } = openCheckpoint(note, { logs });
      const isSame = `${checkpoint.size}` === size && checkpoint.root.equals(root);
      if (!isSame) complaints.push(`the note of ${size} says something else`);
      if (roots.get(size) !== root.toString("base64"))
        complaints.push(`the root of ${size} is wrong`);
    }
    // What left the process before the fault is what others may hold against this log.
    const known = new Set(signed.map(({ size }) => size));
    for (const { size, root } of trees) {
      if (roots.get(`${size}`) !== root) complaints.push(`a fork: ${size} was signed with ${root}`);
      if (!known.has(`${size}`))
        complaints.push(`the checkpoint of ${size} left, and is not there`);
    }
    return complaints.slice(0, 20);
  } finally {
    await client.end();
  }
}

function gaps(leaves: readonly LeafRow[], size: number): string[] {
  const wrong = leaves.flatMap(({ leaf_index, entry, hash }, index) => [
    ...(leaf_index === `${index}` ? [] : [`leaf ${leaf_index} stands at ${index}`]),
    ...(leafHash(Buffer.from(entry)).equals(hash) ? [] : [`leaf ${index} has another hash`]),
  ]);
  return leaves.length === size ? wrong : [...wrong, `${leaves.length} leaves of ${size}`];
}

function lost(acknowledged: ReadonlySet<string>, there: readonly { id: string }[]): string[] {
  const ids = new Set<string>();
  const twice = there.filter(({ id }) => ids.size === ids.add(id).size);
  const gone = [...acknowledged].filter((id) => !ids.has(id));
  return [
    ...(gone.length > 0 ? [`${gone.length} acknowledged entries are lost: ${gone[0]}`] : []),
    ...(twice.length > 0 ? [`${twice.length} entries are there twice: ${twice[0]?.id}`] : []),
  ];
}

/** The roots that the leaves give at these sizes. */
function rootsOf(leaves: readonly LeafRow[], sizes: ReadonlySet<string>): Map<string, string> {
  const roots = new Map<string, string>();
  const tree = Frontier.empty();
  for (const { hash } of leaves) {
    tree.append(hash);
    const size = `${tree.size}`;
    if (sizes.has(size)) roots.set(size, tree.root().toString("base64"));
  }
  return roots;
}
