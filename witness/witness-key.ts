import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const FILE = "witness-key.json";

/**
 * The witness's own key, made on its first start. A key belongs to one name: under another name old
 * cosignatures would be nobody's.
 */
export async function openWitnessKey(dataFolder: string, name: string): Promise<KeyObject> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const path = join(dataFolder, FILE);
  return (await readKey(path, name)) ?? (await makeKey(path, name));
}

async function makeKey(path: string, name: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ name, key })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // Fails where another process was first; its key is the one that counts.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  const made = await readKey(path, name);
  if (!made) throw new Error(`${path} could not be written`);
  return made;
}

async function readKey(path: string, name: string): Promise<KeyObject | null> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new Error(`cannot read ${path} (${error.code})`);
  });
  if (text === null) return null;
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new Error(`${path} may be read by others: chmod 600 it`);
  }
  const kept = parsed(text);
  if (!kept) throw new Error(`${path} holds no key of a witness: restore it from a backup`);
  if (kept.name === name) return kept.key;
  throw new Error(
    `${path} is the key of ${kept.name}, not of ${name}: give each name its own --data`,
  );
}

function parsed(text: string): { name: string; key: KeyObject } | null {
  try {
    const { name, key: pem } = JSON.parse(text) as { name: string; key: string };
    const key = createPrivateKey(pem);
    return typeof name === "string" && key.asymmetricKeyType === "ed25519" ? { name, key } : null;
  } catch {
    return null;
  }
}
