import { hash as digest } from "node:crypto";

/** A SHA-256 hash: 32 bytes. */
export type Hash = Buffer;

/** The bytes of a hash. */
export const HASH_BYTES = 32;

/** The root of the tree that has no leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: Hash = digest("sha256", Buffer.alloc(0), "buffer");

/** Reads the roots of full subtrees; a proof needs nothing else. */
export interface SubtreeReader {
  /** The root over the leaves `index * 2^level` up to, not including, `(index + 1) * 2^level`. */
  subtree(level: number, index: bigint): Promise<Hash>;
}

// Hashing is synchronous, so one place to put the input together serves all calls.
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
const leafInput = Buffer.alloc(1 + 4_096, 0);

/** SHA-256 of 0x00 and the entry. */
export function leafHash(entry: Uint8Array): Hash {
  if (entry.length >= leafInput.length) {
    return digest("sha256", Buffer.concat([Buffer.alloc(1), entry]), "buffer");
  }
  leafInput.set(entry, 1);
  return digest("sha256", leafInput.subarray(0, 1 + entry.length), "buffer");
}

/** The same of an entry that is given as text: of its UTF-8 bytes. */
export function leafHashOfText(entry: string): Hash {
  return digest("sha256", `\u0000${entry}`, "buffer");
}

/** SHA-256 of 0x01 and the two hashes below. */
export function nodeHash(left: Hash, right: Hash): Hash {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new RangeError(`hashes of ${left.length} and ${right.length} bytes`);
  }
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return digest("sha256", nodeInput, "buffer");
}

/** The root of the tree with these leaf hashes (RFC 6962, 2.1). */
export function rootOf(leafHashes: readonly Hash[]): Hash {
  const frontier = Frontier.empty();
  for (const leaf of leafHashes) frontier.append(leaf);
  return frontier.root();
}

/** The roots of the full subtrees of a growing tree: all that appending needs, and its root. */
export class Frontier {
  #size: bigint;
  readonly #hashes: Hash[];
  /** The level of each hash, falling: the bits that are set in the size. */
  readonly #levels: number[];

  private constructor(size: bigint, hashes: Hash[], levels: number[]) {
    this.#size = size;
    this.#hashes = hashes;
    this.#levels = levels;
  }

  static empty(): Frontier {
    return new Frontier(0n, [], []);
  }

  /** A tree of this size whose full subtrees, largest first, have these roots. */
  static of(size: bigint, hashes: readonly Hash[]): Frontier {
    const levels = fullSubtrees({ from: 0n, to: size }).map(({ level }) => level);
    const isWhole = levels.length === hashes.length;
    if (size < 0n || !isWhole || hashes.some(({ length }) => length !== HASH_BYTES)) {
      throw new RangeError(`${hashes.length} hashes are no frontier of ${size} leaves`);
    }
    return new Frontier(size, [...hashes], levels);
  }

  get size(): bigint {
    return this.#size;
  }

  /** The roots of the full subtrees, largest first. */
  get hashes(): readonly Hash[] {
    return [...this.#hashes];
  }

  append(leaf: Hash): void {
    let hash = leaf;
    let level = 0;
    while (this.#levels.at(-1) === level) {
      hash = nodeHash(this.#hashes.pop() as Hash, hash);
      this.#levels.pop();
      level += 1;
    }
    this.#hashes.push(hash);
    this.#levels.push(level);
    this.#size += 1n;
  }

  root(): Hash {
    return this.#size === 0n ? EMPTY_ROOT : joined(this.#hashes);
  }
}

/** The hashes beside the way from the leaf to the root, the leaf's sibling first (RFC 9162, 2.1.3.1). */
export async function inclusionPath(
  index: bigint,
  size: bigint,
  reader: SubtreeReader,
): Promise<Hash[]> {
  if (index < 0n || index >= size) throw new RangeError(`a tree of ${size} has no leaf ${index}`);
  const beside: Range[] = [];
  let [from, to] = [0n, size];
  while (to - from > 1n) {
    const middle = from + splitPoint(to - from);
    if (index < middle) {
      beside.push({ from: middle, to });
      to = middle;
    } else {
      beside.push({ from, to: middle });
      from = middle;
    }
  }
  return readRanges(beside.reverse(), reader);
}

/** The proof that the tree of `newSize` begins with that of `oldSize` (RFC 9162, 2.1.4.1); empty for an empty old tree. */
export async function consistencyPath(
  oldSize: bigint,
  newSize: bigint,
  reader: SubtreeReader,
): Promise<Hash[]> {
  if (oldSize < 0n || oldSize > newSize) {
    throw new RangeError(`a tree of ${newSize} never was one of ${oldSize}`);
  }
  if (oldSize === 0n) return [];
  const parts: Range[] = [];
  let [from, to] = [0n, newSize];
  while (to !== oldSize) {
    const middle = from + splitPoint(to - from);
    if (oldSize <= middle) {
      parts.push({ from: middle, to });
      to = middle;
    } else {
      parts.push({ from, to: middle });
      from = middle;
    }
  }
  // Where it is the whole old tree, the reader of the proof knows its root.
  if (from !== 0n) parts.push({ from, to });
  return readRanges(parts.reverse(), reader);
}

/** That a tree of `size` leaves with this root has this leaf at `index`. */
export interface InclusionClaim {
  index: bigint;
  size: bigint;
  leaf: Hash;
  root: Hash;
}

/** That the tree of `newSize` leaves begins with that of `oldSize`. */
export interface ConsistencyClaim {
  oldSize: bigint;
  newSize: bigint;
  oldRoot: Hash;
  newRoot: Hash;
}

/** Whether the path proves the claim (RFC 9162, 2.1.3.2). */
export function verifyInclusion(
  { index, size, leaf, root }: InclusionClaim,
  path: readonly Hash[],
): boolean {
  if (index < 0n || index >= size || !areHashes([leaf, root, ...path])) return false;
  const walk = new Walk(index, size - 1n);
  let hash = leaf;
  for (const sibling of path) {
    if (walk.isAtRoot()) return false;
    hash = walk.isRight() ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    walk.up();
  }
  return walk.isAtRoot() && hash.equals(root);
}

/**
 * Whether the path proves the claim (RFC 9162, 2.1.4.2). An empty old tree proves nothing: every
 * tree begins with it, so a claim about it is refused.
 */
export function verifyConsistency(
  { oldSize, newSize, oldRoot, newRoot }: ConsistencyClaim,
  path: readonly Hash[],
): boolean {
  if (oldSize <= 0n || oldSize > newSize) return false;
  if (!areHashes([oldRoot, newRoot, ...path])) return false;
  if (oldSize === newSize) return path.length === 0 && oldRoot.equals(newRoot);
  if (path.length === 0) return false;
  const isFull = (oldSize & (oldSize - 1n)) === 0n;
  const [first, ...rest] = isFull ? [oldRoot, ...path] : path;
  const walk = new Walk(oldSize - 1n, newSize - 1n);
  walk.skipWhileRight();
  let [oldHash, newHash] = [first as Hash, first as Hash];
  for (const part of rest) {
    if (walk.isAtRoot()) return false;
    if (walk.isRight()) {
      oldHash = nodeHash(part, oldHash);
      newHash = nodeHash(part, newHash);
    } else {
      newHash = nodeHash(newHash, part);
    }
    walk.up();
  }
  return walk.isAtRoot() && oldHash.equals(oldRoot) && newHash.equals(newRoot);
}

/** Leaves `from` up to, not including, `to`. */
interface Range {
  from: bigint;
  to: bigint;
}

async function readRanges(ranges: readonly Range[], reader: SubtreeReader): Promise<Hash[]> {
  return Promise.all(
    ranges.map(async (range) =>
      joined(
        await Promise.all(
          fullSubtrees(range).map(({ level, index }) => reader.subtree(level, index)),
        ),
      ),
    ),
  );
}

/** The root over neighbouring full subtrees, largest first. */
function joined(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The full subtrees of a range that begins where a tree of its length may: largest first. */
function fullSubtrees({ from, to }: Range): { level: number; index: bigint }[] {
  const subtrees: { level: number; index: bigint }[] = [];
  let at = from;
  for (let level = (to - from).toString(2).length - 1; level >= 0 && at < to; level -= 1) {
    const leaves = 1n << BigInt(level);
    if (to - at < leaves) continue;
    subtrees.push({ level, index: at / leaves });
    at += leaves;
  }
  return subtrees;
}

/** The largest power of two below `leaves`, which are at least two. */
function splitPoint(leaves: bigint): bigint {
  return 1n << BigInt((leaves - 1n).toString(2).length - 1);
}

/** The way from a node to the root: `fn` and `sn` of the standard. */
class Walk {
  constructor(
    private node: bigint,
    private last: bigint,
  ) {}

  isAtRoot(): boolean {
    return this.last === 0n;
  }

  /** Whether the next hash stands on the left: the node is a right child, or the last of its level. */
  isRight(): boolean {
    return (this.node & 1n) === 1n || this.node === this.last;
  }

  up(): void {
    // The last node of a level has no sibling on the levels where it is a left child: it is promoted.
    if (this.node === this.last) {
      while ((this.node & 1n) === 0n && this.node !== 0n) this.shift();
    }
    this.shift();
  }

  skipWhileRight(): void {
    while ((this.node & 1n) === 1n) this.shift();
  }

  private shift(): void {
    this.node >>= 1n;
    this.last >>= 1n;
  }
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every(({ length }) => length === HASH_BYTES);
}
