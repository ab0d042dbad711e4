import { hash as digest, randomBytes } from "node:crypto";

const BUCKETS = 65_536;
const LANES = 4;
const KEY_BYTES = 32;

/**
 * Tells in constant memory whether two walks met the same entries, each as often, in whatever order:
 * of each entry a sum of its bucket grows in the one walk and shrinks in the other. The sums are of
 * hashes under a key of this run, so that nobody can choose entries that cancel each other out.
 */
export class EntryBuckets {
  private readonly sums = new Uint32Array(BUCKETS * LANES);
  private readonly counts = new Int32Array(BUCKETS);
  private readonly key = randomBytes(KEY_BYTES).toString("hex");

  /** The log has an entry of this id and text. */
  enter(id: string, entry: string): void {
    this.add(bucketOf(id), entry, 1);
  }

  /** A row should have this entry. */
  expect(id: string, entry: string): void {
    this.add(bucketOf(id), entry, -1);
  }

  /** The buckets in which the walks differ. */
  uneven(): number[] {
    const uneven: number[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const sums = this.sums.subarray(bucket * LANES, (bucket + 1) * LANES);
      if (this.counts[bucket] !== 0 || sums.some((sum) => sum !== 0)) uneven.push(bucket);
    }
    return uneven;
  }

  private add(bucket: number, entry: string, sign: 1 | -1): void {
    const mixed = digest("sha256", this.key + entry, "buffer");
    for (let lane = 0; lane < LANES; lane += 1) {
      const at = bucket * LANES + lane;
      this.sums[at] = (this.sums[at] as number) + sign * mixed.readUInt32LE(lane * 4);
    }
    this.counts[bucket] = (this.counts[bucket] as number) + sign;
  }
}

/** Where an entry is counted, by its id (FNV-1a). */
export function bucketOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
}
