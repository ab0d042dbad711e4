import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assertPrivate, createFile, syncFolderIfKnown } from "../shared/durable-file.ts";

const FILE = "witness-key.json";

/**
 * The witness's own key, made on its first start. A key belongs to one name: under another name old
 * cosignatures would be nobody's.
 */
export async function openWitnessKey(dataFolder: string, name: string): Promise<KeyObject> {
  const made = await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolderIfKnown(dirname(made));
  const path = join(dataFolder, FILE);
  return (await readKey(path, name)) ?? (await makeKey(path, name));
}

async function makeKey(path: string, name: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  // Where another process was first, its key is the one that counts.
  await createFile(path, `${JSON.stringify({ name, key })}\n`, { mode: 0o600 });
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
  assertPrivate(path);
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
