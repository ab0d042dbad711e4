import type { ErasureKey } from "./erasure-orders.ts";

/** The route on which the gateway asks whom it has yet to forget. */
export const ERASURES_PATH = "/erasures";

/** No gateway forgets more at once. */
const MOST_KEYS = 1_000;

/** What the gateway says that it has forgotten; null where it is something else. */
export function readErasuresRequest(body: object): ErasureKey[] | null {
  const { forgotten } = body as { forgotten?: unknown };
  if (!Array.isArray(forgotten) || forgotten.length > MOST_KEYS) return null;
  return forgotten.every(isKey) ? forgotten : null;
}

function isKey(value: unknown): value is ErasureKey {
  if (typeof value !== "object" || value === null) return false;
  const { tenant, erasureId } = value as Partial<ErasureKey>;
  return typeof tenant === "string" && Number.isSafeInteger(erasureId);
}
