import DataLoader from "dataloader";

/** The most keys that one statement carries. */
const KEYS_PER_STATEMENT = 1_000;

/** A loader that answers every key with its row, or null, in key order. Make one per request. */
export function loadBy<K, V>(
  fetch: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (row: V) => K,
): DataLoader<K, V | null> {
  return new DataLoader<K, V | null>(
    async (keys) => {
      const rows = new Map((await fetch(keys)).map((row) => [keyOf(row), row]));
      return keys.map((key) => rows.get(key) ?? null);
    },
    { maxBatchSize: KEYS_PER_STATEMENT },
  );
}

/** As `loadBy`, for keys that have many rows each: every key gets its rows, in fetched order. */
export function loadManyBy<K, V>(
  fetch: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (row: V) => K,
): DataLoader<K, readonly V[]> {
  return new DataLoader<K, readonly V[]>(
    async (keys) => {
      const rows = new Map<K, V[]>();
      for (const row of await fetch(keys)) {
        const list = rows.get(keyOf(row));
        if (list) list.push(row);
        else rows.set(keyOf(row), [row]);
      }
      return keys.map((key) => rows.get(key) ?? []);
    },
    { maxBatchSize: KEYS_PER_STATEMENT },
  );
}
