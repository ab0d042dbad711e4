import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  leafHash,
  rootOf,
  type SubtreeReader,
} from "./merkle.ts";
import {
  encodeEntryBundle,
  newTiles,
  parseTilePath,
  partialTiles,
  type TileEdge,
  tilePath,
  tileReader,
  tilesOf,
} from "./tiles.ts";

function leavesOf(count: number): Hash[] {
  return Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
}

/** A store as the format wants it: the widest tile of each place only. */
class TileStore {
  readonly data = new Map<string, Buffer>();
  private edge: TileEdge = [];
  size = 0n;

  append(leaves: readonly Hash[]): void {
    const { tiles, edge } = newTiles(this.size, leaves, this.edge);
    for (const { level, n, width, data } of tiles) {
      const key = `${level}/${n}`;
      const before = this.data.get(key) ?? Buffer.alloc(0);
      expect(data.length).toBe(32 * width);
      // A narrower tile is a prefix of the wider one.
      expect(data.subarray(0, before.length).equals(before)).toBe(true);
      this.data.set(key, Buffer.from(data));
    }
    this.edge = edge;
    this.size += BigInt(leaves.length);
  }

  reader(size = this.size): SubtreeReader {
    return tileReader(async ({ level, n, width }) => {
      const data = this.data.get(`${level}/${n}`);
      if (data === undefined || data.length < 32 * width) throw new Error(`no ${level}/${n}`);
      return data.subarray(0, 32 * width);
    }, size);
  }
}

describe("the path of a tile", () => {
  test.each([
    [0, 0n, 256, "tile/0/000"],
    [0, 5n, 1, "tile/0/005.p/1"],
    [1, 999n, 255, "tile/1/999.p/255"],
    [2, 1000n, 256, "tile/2/x001/000"],
    [0, 1234067n, 256, "tile/0/x001/x234/067"],
    [63, 1234067n, 17, "tile/63/x001/x234/067.p/17"],
    ["entries", 1234067n, 256, "tile/entries/x001/x234/067"],
    ["entries", 0n, 7, "tile/entries/000.p/7"],
  ] as const)("of level %s, number %s, width %s is %s", (level, n, width, path) => {
    expect(tilePath(level, n, width)).toBe(path);
    expect(parseTilePath(path)).toEqual({ level, n, width });
  });

  test.each([
    "",
    "tile/0",
    "tile/0/0",
    "tile/0/0000",
    "tile/00/000",
    "tile/-1/000",
    "tile/64/000",
    "tile/data/000",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/0/x001",
    "tile/0/x001/x002",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/999",
    "tile/0/000.p",
    "tile/0/000/",
    "/tile/0/000",
    "tile/0/000\n",
    "tile/0/../000",
    "tile/0/x999/x999/x999/x999/x999/x999/999",
  ])("is not %j", (path) => {
    expect(parseTilePath(path)).toBeNull();
  });
});

describe("tiles", () => {
  test("of 70,000 leaves are those of the format's example", () => {
    const tiles = [...tilesOf(70_000n)];
    const count = (level: number, width: number) =>
      tiles.filter((tile) => tile.level === level && tile.width === width).length;
    expect(count(0, 256)).toBe(273);
    expect(count(0, 112)).toBe(1);
    expect(count(1, 256)).toBe(1);
    expect(count(1, 17)).toBe(1);
    expect(count(2, 1)).toBe(1);
    expect(tiles).toHaveLength(277);
    expect(partialTiles(70_000n)).toEqual([
      { level: 0, n: 273n, width: 112 },
      { level: 1, n: 1n, width: 17 },
      { level: 2, n: 0n, width: 1 },
    ]);
    expect([...tilesOf(256n)]).toEqual([
      { level: 0, n: 0n, width: 256 },
      { level: 1, n: 0n, width: 1 },
    ]);
    expect([...tilesOf(0n)]).toEqual([]);
  });

  test("are the same however a tree grew, and are all that its size has", () => {
    const leaves = leavesOf(70_000);
    const whole = new TileStore();
    whole.append(leaves);
    const grown = new TileStore();
    let step = 1;
    for (let at = 0; at < leaves.length; at += step) {
      step = 1 + ((step * 7 + 3) % 1_500);
      grown.append(leaves.slice(at, at + step));
    }
    expect(grown.size).toBe(70_000n);
    expect([...grown.data.keys()].sort()).toEqual([...whole.data.keys()].sort());
    for (const [key, data] of whole.data) expect(grown.data.get(key)?.equals(data)).toBe(true);
    const widths = [...tilesOf(70_000n)].map(({ level, n, width }) => [`${level}/${n}`, width]);
    expect([...whole.data].map(([key, data]) => [key, data.length / 32]).sort()).toEqual(
      widths.sort(),
    );
  });

  test("give the paths that the leaves give, at every size that the tree once had", async () => {
    const leaves = leavesOf(1_500);
    const store = new TileStore();
    store.append(leaves);
    const straight: SubtreeReader = {
      async subtree(level, index) {
        const from = Number(index) * 2 ** level;
        return rootOf(leaves.slice(from, from + 2 ** level));
      },
    };
    const sizes = fc.integer({ min: 1, max: 1_500 });
    const place = fc.nat(1_499);
    const property = fc.asyncProperty(sizes, place, place, async (size, first, second) => {
      const [n, index] = [BigInt(size), BigInt(first % size)];
      const oldSize = BigInt((second % size) + 1);
      const [ours, theirs] = [store.reader(n), straight];
      expect(await inclusionPath(index, n, ours)).toEqual(await inclusionPath(index, n, theirs));
      expect(await consistencyPath(oldSize, n, ours)).toEqual(
        await consistencyPath(oldSize, n, theirs),
      );
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test("are refused where they are not as wide as they must be", async () => {
    const store = new TileStore();
    store.append(leavesOf(300));
    await expect(store.reader().subtree(8, 1n)).rejects.toThrow(RangeError);
    const short = tileReader(async () => Buffer.alloc(32 * 43), 300n);
    await expect(short.subtree(0, 256n)).rejects.toThrow("43 hashes");
    const uneven = tileReader(async () => Buffer.alloc(33), 300n);
    await expect(uneven.subtree(0, 256n)).rejects.toThrow("33 bytes");
    expect(() => newTiles(300n, leavesOf(1), [])).toThrow(RangeError);
  });
});

describe("a bundle of entries", () => {
  test("is each entry behind its length", () => {
    const entries = [Buffer.from("a"), Buffer.alloc(0), Buffer.alloc(65_535, 1)];
    const bundle = encodeEntryBundle(entries);
    expect(bundle.toString("hex", 0, 7)).toBe("0001610000ffff");
    expect(bundle.subarray(7).equals(Buffer.alloc(65_535, 1))).toBe(true);
    const full = Array.from({ length: 256 }, (_, at) => Buffer.of(at));
    expect(encodeEntryBundle(full)).toHaveLength(256 * 3);
  });

  test("is not made of too many or too long ones", () => {
    expect(() => encodeEntryBundle([Buffer.alloc(65_536)])).toThrow(RangeError);
    expect(() => encodeEntryBundle(Array.from({ length: 257 }, () => Buffer.of(1)))).toThrow(
      RangeError,
    );
  });
});
