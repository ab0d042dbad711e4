import { Frontier, HASH_BYTES, type Hash, leafHashOfText } from "../ledger/merkle.ts";
import {
  newTiles,
  partialTiles,
  TILE_WIDTH,
  type Tile,
  type TileEdge,
  tilesOf,
} from "../ledger/tiles.ts";
import type { AuditedLogStore, LeafRow } from "./audited-log.store.ts";
import type { Findings } from "./findings.ts";
import { readAhead } from "./read-ahead.ts";
import type { CheckpointWalk } from "./walk-checkpoints.ts";

/**
 * Whole tiles at once, so that each is compared once; so few that the next ones wait in the connection
 * while these are looked at, and none grows old.
 */
const LEAVES_AT_ONCE = 4 * TILE_WIDTH;

/** What a log is by its entries. */
export interface WalkedLog {
  /** How many entries it has. */
  size: number;
  /** Null where entries are missing. */
  root: Hash | null;
}

/**
 * Reads every entry of a log in its order, hashes it anew, and compares what comes of it with the
 * tiles and the checkpoints.
 */
export async function walkLeaves(
  { store, findings }: { store: AuditedLogStore; findings: Findings },
  checkpoints: CheckpointWalk,
  onLeaf: (leaf: LeafRow) => void,
): Promise<WalkedLog> {
  const walk = new LeafWalk(store, findings);
  let next: Promise<LeafRow[]> | null = readAhead(store.leaves(0, LEAVES_AT_ONCE));
  while (next !== null) {
    await checkpoints.load(walk.next, walk.next + LEAVES_AT_ONCE);
    const rows: LeafRow[] = await next;
    const last = rows.at(-1);
    const isLast = last === undefined || rows.length < LEAVES_AT_ONCE;
    // PostgreSQL reads the next ones while these are looked at.
    next = isLast ? null : readAhead(store.leaves(last.index + 1, LEAVES_AT_ONCE));
    const hashes: Hash[] = [];
    for (const row of rows) {
      const hash = walk.take(row);
      onLeaf(row);
      if (!walk.isWhole) continue;
      hashes.push(hash);
      walk.frontier.append(hash);
      if (checkpoints.isAsked(row.index + 1)) {
        checkpoints.reached(row.index + 1, walk.frontier.root());
      }
    }
    if (walk.isWhole) await walk.compareTiles(rows, hashes);
  }
  if (walk.isWhole) await walk.compareEnd();
  await checkpoints.finish(walk.count, walk.isWhole);
  return { size: walk.count, root: walk.isWhole ? walk.frontier.root() : null };
}

class LeafWalk {
  /** The tree so far; it stops to grow where an entry is missing. */
  readonly frontier = Frontier.empty();
  isWhole = true;
  next = 0;
  count = 0;
  private edge: TileEdge = [];
  private tiledSize = 0n;

  constructor(
    private readonly store: AuditedLogStore,
    private readonly findings: Findings,
  ) {}

  /** The hash of a leaf, after a look at all that its row says. */
  take(row: LeafRow): Hash {
    const found = { entry: row.id, index: row.index };
    if (row.index !== this.next) {
      const last = row.index - 1;
      const which = last === this.next ? `entry ${last} is` : `entries ${this.next} to ${last} are`;
      this.findings.add("LEAF_MISSING", `${which} not there`, { index: this.next });
      this.isWhole = false;
    }
    this.next = row.index + 1;
    this.count += 1;
    const hash = leafHashOfText(row.entry);
    if (!hash.equals(row.hash)) {
      this.findings.add("LEAF_CHANGED", "the entry does not have the hash of its row", found);
    }
    const named = `"id":${JSON.stringify(row.id)},"tenant":${JSON.stringify(row.tenant)},"type":`;
    if (!row.entry.includes(named)) {
      this.findings.add("LEAF_CHANGED", "the entry is of another id or tenant than its row", found);
    }
    return hash;
  }

  /** Compares the tiles that are full with these leaves. */
  async compareTiles(rows: readonly LeafRow[], hashes: readonly Hash[]): Promise<void> {
    const { tiles, edge } = newTiles(this.tiledSize, hashes, this.edge);
    this.edge = edge;
    const full = tiles.filter(({ width }) => width === TILE_WIDTH);
    this.tiledSize += BigInt(hashes.length);
    await this.compare(full, rows);
    // The last tile of level 0 names the entries that are changed in it.
    if (rows.length < LEAVES_AT_ONCE) {
      const last = tiles.filter(({ level, width }) => level === 0 && width < TILE_WIDTH);
      await this.compare(last, rows);
    }
  }

  /** Compares the partial tiles, and looks for tiles that no tree of this size has. */
  async compareEnd(): Promise<void> {
    const partial = partialTiles(this.tiledSize).map((name) => ({
      ...name,
      data: this.edge[name.level] ?? Buffer.alloc(0),
    }));
    await this.compare(
      partial.filter(({ level }) => level > 0),
      [],
    );
    const [stored, expected] = [await this.store.tileCount(), countTiles(this.tiledSize)];
    if (stored > expected) {
      const detail = `there are ${stored} tiles, where a tree of ${this.tiledSize} has ${expected}`;
      this.findings.add("TILE_WRONG", detail);
    }
  }

  private async compare(tiles: readonly Tile[], rows: readonly LeafRow[]): Promise<void> {
    if (tiles.length === 0) return;
    const stored = await this.store.tiles(tiles);
    for (const tile of tiles) {
      const data = stored.get(`${tile.level}/${tile.n}`);
      if (data?.equals(tile.data)) continue;
      if (tile.level === 0 && data?.length === tile.data.length) {
        this.tellChanged(tile, data, rows);
        // What is above a changed entry differs for that alone.
      } else if (tile.level === 0 || !this.findings.has("LEAF_CHANGED")) {
        const what = data === undefined ? "is not there" : "is not what the entries give";
        this.findings.add("TILE_WRONG", `tile ${tile.level}/${tile.n} ${what}`);
      }
    }
  }

  private tellChanged(tile: Tile, stored: Buffer, rows: readonly LeafRow[]): void {
    for (let at = 0; at < tile.width; at += 1) {
      const [from, to] = [at * HASH_BYTES, (at + 1) * HASH_BYTES];
      if (tile.data.subarray(from, to).equals(stored.subarray(from, to))) continue;
      const index = Number(tile.n) * TILE_WIDTH + at;
      const entry = rows.find((row) => row.index === index)?.id ?? null;
      const detail = "the entry is not the one that the tree has in its place";
      this.findings.add("LEAF_CHANGED", detail, { entry, index });
    }
  }
}

function countTiles(size: bigint): number {
  let count = 0;
  for (const _ of tilesOf(size)) count += 1;
  return count;
}
