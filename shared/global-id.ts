/**
 * Global ids: `base64url("<Type>:<key>")`. Opaque to clients, and hostile input from them: a
 * forged id finds nothing that its caller could not see anyway.
 */
export function globalId(type: string, key: string | number): string {
  return Buffer.from(`${type}:${key}`).toString("base64url");
}

const MOST_CHARACTERS = 512;

/** The parts of a global id, or null where the text is none. */
export function parseGlobalId(id: string): { type: string; key: string } | null {
  if (id.length > MOST_CHARACTERS || !/^[A-Za-z0-9_-]+$/.test(id)) return null;
  const text = Buffer.from(id, "base64url").toString();
  const [, type, key] = /^([A-Z][A-Za-z]+):([\x21-\x7e]+)$/.exec(text) ?? [];
  if (type === undefined || key === undefined || globalId(type, key) !== id) return null;
  return { type, key };
}

/** The key within a global id of this type, or null. */
export function keyOfGlobalId(type: string, id: string): string | null {
  const parsed = parseGlobalId(id);
  return parsed?.type === type ? parsed.key : null;
}

/** The numeric key within a global id of this type, or null. */
export function numberOfGlobalId(type: string, id: string): number | null {
  const key = keyOfGlobalId(type, id);
  if (key === null || !/^[1-9][0-9]{0,15}$/.test(key)) return null;
  return Number(key) <= Number.MAX_SAFE_INTEGER ? Number(key) : null;
}
