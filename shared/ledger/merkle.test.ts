import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  consistencyPath,
  EMPTY_ROOT,
  Frontier,
  type Hash,
  inclusionPath,
  leafHash,
  nodeHash,
  rootOf,
  type SubtreeReader,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";

/** The eight leaves of the reference test data of Certificate Transparency (RFC 6962), in hexadecimal. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => Buffer.from(hex, "hex"));

/** Their roots by the number of leaves, as published with that data. */
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** The standard's definitions word by word, over all leaves and by another hash function. */
const standard = {
  sha256: (...parts: Uint8Array[]) => {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  split: (n: number) => {
    let k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  },
  /** MTH(D[n]) of RFC 6962, 2.1. */
  root(entries: readonly Uint8Array[]): Buffer {
    if (entries.length === 0) return standard.sha256();
    if (entries.length === 1) return standard.sha256(Buffer.of(0), entries[0] as Uint8Array);
    const k = standard.split(entries.length);
    const [left, right] = [entries.slice(0, k), entries.slice(k)];
    return standard.sha256(Buffer.of(1), standard.root(left), standard.root(right));
  },
  /** PATH(m, D[n]) of 2.1.1. */
  path(m: number, entries: readonly Uint8Array[]): Buffer[] {
    if (entries.length === 1) return [];
    const k = standard.split(entries.length);
    const [left, right] = [entries.slice(0, k), entries.slice(k)];
    return m < k
      ? [...standard.path(m, left), standard.root(right)]
      : [...standard.path(m - k, right), standard.root(left)];
  },
  /** SUBPROOF(m, D[n], b) of 2.1.2. */
  proof(m: number, entries: readonly Uint8Array[], isWhole = true): Buffer[] {
    if (m === entries.length) return isWhole ? [] : [standard.root(entries)];
    const k = standard.split(entries.length);
    const [left, right] = [entries.slice(0, k), entries.slice(k)];
    return m <= k
      ? [...standard.proof(m, left, isWhole), standard.root(right)]
      : [...standard.proof(m - k, right, false), standard.root(left)];
  },
};

function entriesOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`entry ${index}`));
}

function readerOf(entries: readonly Buffer[]): SubtreeReader {
  const leaves = entries.map(leafHash);
  return {
    async subtree(level, index) {
      const from = Number(index) * 2 ** level;
      const part = leaves.slice(from, from + 2 ** level);
      if (part.length < 2 ** level) throw new Error(`read beyond the leaves: ${level}/${index}`);
      return rootOf(part);
    },
  };
}

const hexes = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString("hex"));

describe("the root", () => {
  test("of the published leaves is the published one at every size", () => {
    expect(ROOTS.map((_, size) => standard.root(LEAVES.slice(0, size)).toString("hex"))).toEqual(
      ROOTS,
    );
    const ours = ROOTS.map((_, size) => rootOf(LEAVES.slice(0, size).map(leafHash)));
    expect(hexes(ours)).toEqual(ROOTS);
    expect(EMPTY_ROOT.toString("hex")).toBe(ROOTS[0]);
  });

  test("of any leaves is what the standard's definition gives", () => {
    for (let size = 0; size <= 70; size += 1) {
      const entries = entriesOf(size);
      expect(rootOf(entries.map(leafHash)).equals(standard.root(entries))).toBe(true);
    }
  });

  test("of an entry of any length hashes the whole of it", () => {
    for (const length of [0, 1, 4_095, 4_096, 4_097, 65_535]) {
      const entry = Buffer.alloc(length, 7);
      expect(leafHash(entry).equals(standard.root([entry]))).toBe(true);
    }
  });

  test("takes hashes of 32 bytes only", () => {
    expect(() => nodeHash(Buffer.alloc(31), Buffer.alloc(32))).toThrow(RangeError);
    expect(() => nodeHash(Buffer.alloc(32), Buffer.alloc(33))).toThrow(RangeError);
  });
});

describe("a frontier", () => {
  test("goes on where another one stopped", () => {
    const leaves = entriesOf(40).map(leafHash);
    for (let stop = 0; stop <= leaves.length; stop += 1) {
      const first = Frontier.empty();
      for (const leaf of leaves.slice(0, stop)) first.append(leaf);
      const second = Frontier.of(first.size, first.hashes);
      for (const leaf of leaves.slice(stop)) second.append(leaf);
      expect(second.size).toBe(40n);
      expect(second.root().equals(rootOf(leaves))).toBe(true);
    }
  });

  test("is refused where its hashes are not those of its size", () => {
    const hash = Buffer.alloc(32);
    expect(() => Frontier.of(3n, [hash])).toThrow(RangeError);
    expect(() => Frontier.of(4n, [hash, hash])).toThrow(RangeError);
    expect(() => Frontier.of(1n, [Buffer.alloc(31)])).toThrow(RangeError);
    expect(() => Frontier.of(-1n, [])).toThrow(RangeError);
    expect(Frontier.of(0n, []).root().equals(EMPTY_ROOT)).toBe(true);
  });
});

describe("paths", () => {
  test("of the published leaves are the standard's at every size, and hold", async () => {
    for (let size = 1; size <= LEAVES.length; size += 1) {
      const entries = LEAVES.slice(0, size);
      const reader = readerOf(entries);
      const root = Buffer.from(ROOTS[size] as string, "hex");
      for (const [index, entry] of entries.entries()) {
        const path = await inclusionPath(BigInt(index), BigInt(size), reader);
        expect(hexes(path)).toEqual(hexes(standard.path(index, entries)));
        const claim = { index: BigInt(index), size: BigInt(size), leaf: leafHash(entry), root };
        expect(verifyInclusion(claim, path)).toBe(true);
      }
      for (let oldSize = 1; oldSize <= size; oldSize += 1) {
        const path = await consistencyPath(BigInt(oldSize), BigInt(size), reader);
        expect(hexes(path)).toEqual(hexes(standard.proof(oldSize, entries)));
        const oldRoot = Buffer.from(ROOTS[oldSize] as string, "hex");
        const claim = { oldSize: BigInt(oldSize), newSize: BigInt(size), oldRoot, newRoot: root };
        expect(verifyConsistency(claim, path)).toBe(true);
      }
    }
  });

  test("are those that RFC 6962 gives for seven leaves (2.1.3)", async () => {
    const entries = entriesOf(7);
    const [a, b, c, d, , f, j] = entries.map(leafHash) as [
      Hash,
      Hash,
      Hash,
      Hash,
      Hash,
      Hash,
      Hash,
    ];
    const [g, h] = [nodeHash(a, b), nodeHash(c, d)];
    const i = nodeHash(leafHash(entries[4] as Buffer), f);
    const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
    const reader = readerOf(entries);
    const at = async (index: bigint) => hexes(await inclusionPath(index, 7n, reader));
    expect(await at(0n)).toEqual(hexes([b, h, l]));
    expect(await at(3n)).toEqual(hexes([c, g, l]));
    expect(await at(4n)).toEqual(hexes([f, j, k]));
    expect(await at(6n)).toEqual(hexes([i, k]));
    const since = async (size: bigint) => hexes(await consistencyPath(size, 7n, reader));
    expect(await since(3n)).toEqual(hexes([c, d, g, l]));
    expect(await since(4n)).toEqual(hexes([l]));
    expect(await since(6n)).toEqual(hexes([i, j, k]));
  });

  test("are refused where there can be none", async () => {
    const reader = readerOf(entriesOf(3));
    await expect(inclusionPath(3n, 3n, reader)).rejects.toThrow(RangeError);
    await expect(inclusionPath(-1n, 3n, reader)).rejects.toThrow(RangeError);
    await expect(consistencyPath(4n, 3n, reader)).rejects.toThrow(RangeError);
    expect(await consistencyPath(0n, 3n, reader)).toEqual([]);
    expect(await consistencyPath(3n, 3n, reader)).toEqual([]);
  });

  test("an empty old tree proves nothing", () => {
    const newRoot = rootOf(entriesOf(3).map(leafHash));
    const claim = { oldSize: 0n, newSize: 3n, oldRoot: EMPTY_ROOT, newRoot };
    expect(verifyConsistency(claim, [])).toBe(false);
    const empty = { oldSize: 0n, newSize: 0n, oldRoot: EMPTY_ROOT, newRoot: EMPTY_ROOT };
    expect(verifyConsistency(empty, [])).toBe(false);
  });
});

/** A tree, a place in it, and an earlier size of it. */
const trees = fc.integer({ min: 1, max: 300 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    index: fc.nat(size - 1),
    oldSize: fc.integer({ min: 1, max: size }),
  }),
);
const at = fc.nat(10_000);

/** Changes one bit of one hash, drops, doubles or swaps hashes: never the same path again. */
function mutatePath(path: readonly Hash[], kind: number, place: number): Hash[] {
  const changed: Hash[] = path.map((hash) => Buffer.from(hash));
  const index = path.length === 0 ? 0 : place % path.length;
  if (path.length === 0 || kind % 4 === 0) {
    return [...changed.slice(0, index), Buffer.alloc(32, place), ...changed.slice(index)];
  }
  if (kind % 4 === 1) return changed.filter((_, other) => other !== index);
  const hash = changed[index] as Buffer;
  if (kind % 4 === 2) changed[index] = hash.subarray(0, 31);
  else hash[place % 32] = (hash[place % 32] as number) ^ (1 << (place % 8));
  return changed;
}

describe("a proof", () => {
  const all = entriesOf(300);
  const leaves = all.map(leafHash);

  test("of inclusion holds, and no changed one does", async () => {
    const property = fc.asyncProperty(trees, at, at, async ({ size, index }, kind, place) => {
      const path = await inclusionPath(BigInt(index), BigInt(size), readerOf(all.slice(0, size)));
      const [n, root] = [BigInt(size), rootOf(leaves.slice(0, size))];
      const claim = { index: BigInt(index), size: n, leaf: leaves[index] as Hash, root };
      expect(verifyInclusion(claim, path)).toBe(true);
      expect(verifyInclusion(claim, mutatePath(path, kind, place))).toBe(false);
      const others = [
        { ...claim, index: BigInt((index + 1 + (place % size)) % (size + 1)) },
        { ...claim, leaf: leafHash(Buffer.from(`other ${place}`)) },
        { ...claim, root: leafHash(Buffer.from(`other ${place}`)) },
        { ...claim, index: -1n },
        { ...claim, index: n },
        { ...claim, root: root.subarray(0, 31) },
      ].filter(
        (other) => other.index !== claim.index || other.leaf !== claim.leaf || other.root !== root,
      );
      for (const other of others) expect(verifyInclusion(other, path)).toBe(false);
    });
    await fc.assert(property, { numRuns: 1_000 });
  });

  test("of consistency holds, and no changed one does", async () => {
    const property = fc.asyncProperty(trees, at, at, async ({ size, oldSize }, kind, place) => {
      const reader = readerOf(all.slice(0, size));
      const path = await consistencyPath(BigInt(oldSize), BigInt(size), reader);
      const [oldRoot, newRoot] = [rootOf(leaves.slice(0, oldSize)), rootOf(leaves.slice(0, size))];
      const claim = { oldSize: BigInt(oldSize), newSize: BigInt(size), oldRoot, newRoot };
      expect(verifyConsistency(claim, path)).toBe(true);
      expect(verifyConsistency(claim, mutatePath(path, kind, place))).toBe(false);
      const foreign = leafHash(Buffer.from(`other ${place}`));
      expect(verifyConsistency({ ...claim, oldRoot: foreign }, path)).toBe(false);
      expect(verifyConsistency({ ...claim, newRoot: foreign }, path)).toBe(false);
      expect(verifyConsistency({ ...claim, oldSize: claim.newSize + 1n }, path)).toBe(false);
      expect(verifyConsistency({ ...claim, oldSize: 0n }, path)).toBe(false);
    });
    await fc.assert(property, { numRuns: 1_000 });
  });
});
