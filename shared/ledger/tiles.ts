import { HASH_BYTES, type Hash, rootOf, type SubtreeReader } from "./merkle.ts";
import { malformed } from "./strict-text.ts";

/** The hashes of a full tile, and the entries of a full bundle. */
export const TILE_WIDTH = 256;
/** The longest entry that a bundle can hold, in bytes. */
export const ENTRY_BYTES_MOST = 65_535;

const TILE_BITS = 8;
const LEVEL_MOST = 63;

/** Hashes `n * 256` and following of level `level`, in which each spans `256^level` leaves. */
export interface TileName {
  level: number;
  n: bigint;
  /** 256, or fewer in the last tile of a level. */
  width: number;
}

/** A tile or a bundle of entries, as its path names it. */
export interface ResourceName extends Omit<TileName, "level"> {
  level: number | "entries";
}

/** A tile with its hashes, 32 bytes each. */
export interface Tile extends TileName {
  data: Buffer;
}

/** The hashes of the partial tile of each level, the lowest first; empty where a level has none. */
export type TileEdge = readonly Buffer[];

/** The path below the log's prefix: `tile/0/x001/x234/067`, `tile/entries/000.p/5`. */
export function tilePath(level: number | "entries", n: bigint, width: number): string {
  const digits = n.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${path}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** What a path names; null where it is the path of nothing. */
export function parseTilePath(path: string): ResourceName | null {
  const [, level, groups, digits, width] =
    /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}([0-9]{3}))(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(
      path,
    ) ?? [];
  if (level === undefined || groups === undefined || digits === undefined) return null;
  if (level !== "entries" && Number(level) > LEVEL_MOST) return null;
  const name: ResourceName = {
    level: level === "entries" ? level : Number(level),
    n: BigInt(groups.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  // One path for each tile: no group of zeros in front, no width of a full tile.
  return tilePath(name.level, name.n, name.width) === path && name.width <= TILE_WIDTH
    ? name
    : null;
}

/** How many hashes the level of a tree has; a level's hash is of a full tile below. */
export function levelHashes(size: bigint, level: number): bigint {
  return size >> BigInt(TILE_BITS * level);
}

/** How wide tile `n` is in a tree of this size: 0 where the tree has none of it. */
export function tileWidth(size: bigint, level: number, n: bigint): number {
  const hashes = levelHashes(size, level) - n * BigInt(TILE_WIDTH);
  if (hashes <= 0n) return 0;
  return hashes >= BigInt(TILE_WIDTH) ? TILE_WIDTH : Number(hashes);
}

/** Every tile of a tree of this size, level by level, the lowest first. */
export function* tilesOf(size: bigint): Generator<TileName> {
  for (let level = 0; levelHashes(size, level) > 0n; level += 1) {
    for (let n = 0n; ; n += 1n) {
      const width = tileWidth(size, level, n);
      if (width > 0) yield { level, n, width };
      if (width < TILE_WIDTH) break;
    }
  }
}

/** The partial tiles of a tree of this size: what must be read before it can grow. */
export function partialTiles(size: bigint): TileName[] {
  const tiles: TileName[] = [];
  for (let level = 0; levelHashes(size, level) > 0n; level += 1) {
    const n = levelHashes(size, level + 1);
    const width = tileWidth(size, level, n);
    if (width > 0) tiles.push({ level, n, width });
  }
  return tiles;
}

/** The tiles that change when a tree grows by these leaves, as wide as they become, and its new edge. */
export function newTiles(
  oldSize: bigint,
  leafHashes: readonly Hash[],
  edge: TileEdge,
): { tiles: Tile[]; edge: Buffer[] } {
  const tiles: Tile[] = [];
  const newEdge = [...edge];
  let hashes = leafHashes;
  for (let level = 0; hashes.length > 0; level += 1) {
    const partial = edge[level] ?? Buffer.alloc(0);
    const first = levelHashes(oldSize, level + 1);
    if (partial.length !== HASH_BYTES * tileWidth(oldSize, level, first)) {
      throw new RangeError(`the edge has ${partial.length} bytes of level ${level} at ${oldSize}`);
    }
    const data = Buffer.concat([partial, ...hashes]);
    const grown = cutTiles(level, first, data);
    tiles.push(...grown);
    const full = grown.filter(({ width }) => width === TILE_WIDTH);
    newEdge[level] = data.subarray(full.length * TILE_WIDTH * HASH_BYTES);
    hashes = full.map((tile) => rootOf(hashesOf(tile.data)));
  }
  return { tiles, edge: newEdge };
}

function cutTiles(level: number, first: bigint, data: Buffer): Tile[] {
  const bytes = TILE_WIDTH * HASH_BYTES;
  return Array.from({ length: Math.ceil(data.length / bytes) }, (_, at) => {
    const cut = data.subarray(at * bytes, (at + 1) * bytes);
    return { level, n: first + BigInt(at), width: cut.length / HASH_BYTES, data: cut };
  });
}

/** The hashes of a tile, one by one. */
export function hashesOf(data: Uint8Array): Hash[] {
  if (data.length % HASH_BYTES !== 0) return malformed(`a tile has ${data.length} bytes`);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/**
 * Reads subtrees from the tiles of a tree of `size` leaves. It keeps each tile that it has read:
 * make one for each proof.
 */
export function tileReader(
  readTile: (name: TileName) => Promise<Uint8Array>,
  size: bigint,
): SubtreeReader {
  const kept = new Map<string, Promise<Hash[]>>();
  const read = async (name: TileName): Promise<Hash[]> => {
    const hashes = hashesOf(await readTile(name));
    return hashes.length === name.width
      ? hashes
      : malformed(`${tilePath(name.level, name.n, name.width)} has ${hashes.length} hashes`);
  };
  return {
    async subtree(level, index) {
      const first = index << BigInt(level % TILE_BITS);
      const name = { level: Math.floor(level / TILE_BITS), n: first >> BigInt(TILE_BITS) };
      const key = `${name.level}/${name.n}`;
      const width = tileWidth(size, name.level, name.n);
      const tile = kept.get(key) ?? read({ ...name, width });
      kept.set(key, tile);
      const at = Number(first & BigInt(TILE_WIDTH - 1));
      const end = at + 2 ** (level % TILE_BITS);
      if (end > width) throw new RangeError(`a tree of ${size} has no subtree ${level}/${index}`);
      return rootOf((await tile).slice(at, end));
    },
  };
}

/** Entries, each behind its length in two bytes. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  if (entries.length > TILE_WIDTH) throw new RangeError(`${entries.length} entries in a bundle`);
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > ENTRY_BYTES_MOST) {
        throw new RangeError(`an entry has ${entry.length} bytes, more than ${ENTRY_BYTES_MOST}`);
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}
