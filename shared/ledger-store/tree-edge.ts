import { Frontier, type Hash, rootOf } from "../ledger/merkle.ts";
import { hashesOf, type TileEdge, tileWidth } from "../ledger/tiles.ts";

const LEVEL_BITS = 8;

/** The root of a tree by its partial tiles: all that a log must know of itself to grow. */
export function rootOfEdge(size: bigint, edge: TileEdge): Hash {
  const subtrees: Hash[] = [];
  for (let level = edge.length - 1; level >= 0; level -= 1) {
    const hashes = hashesOf(edge[level] ?? Buffer.alloc(0));
    const width = tileWidth(size, level, (size >> BigInt(LEVEL_BITS * level)) / 256n);
    if (hashes.length !== width) {
      throw new RangeError(`level ${level} of a tree of ${size} has ${width} hashes at its edge`);
    }
    let at = 0;
    for (let bit = LEVEL_BITS - 1; bit >= 0; bit -= 1) {
      const leaves = 2 ** bit;
      if ((width & leaves) === 0) continue;
      subtrees.push(rootOf(hashes.slice(at, at + leaves)));
      at += leaves;
    }
  }
  return Frontier.of(size, subtrees).root();
}
