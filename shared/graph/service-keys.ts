import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../durable-file.ts";
import { createLogKeys } from "../ledger-store/log-keys.ts";

/** Services that hold a key of their own. */
const KEY_HOLDERS = ["gateway", "manufacturing", "ownership"] as const;
export type KeyHolder = (typeof KEY_HOLDERS)[number];

/** What one service needs to sign its requests and to check those of the others. */
export interface ServiceKeys {
  service: KeyHolder;
  privateKey: KeyObject;
  /** The public keys of the other services, by name. */
  trustedKeys: ReadonlyMap<string, KeyObject>;
}

/**
 * Makes the key pairs that are missing in the folder, and the keys of the services' logs; answers the
 * names of the services whose pairs were made. `ledgerName` is what new logs' names begin with.
 */
export async function createServiceKeys(
  folder: string,
  ledgerName: string | null = null,
): Promise<KeyHolder[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made: KeyHolder[] = [];
  for (const service of KEY_HOLDERS) {
    const privateFile = join(folder, `${service}.key`);
    const text = await readFile(privateFile, "utf8").catch(ifMissing);
    const privateKey = text === null ? newPrivateKey() : createPrivateKey(text);
    if (text === null) {
      const pem = privateKey.export({ type: "pkcs8", format: "pem" });
      await replaceFile(privateFile, pem, { mode: 0o600 });
      made.push(service);
    }
    // Looked at each time, so that a private key never stands beside another one's public key.
    const publicFile = join(folder, `${service}.pub`);
    const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" });
    if ((await readFile(publicFile, "utf8").catch(ifMissing)) !== publicKey) {
      await replaceFile(publicFile, publicKey, { mode: 0o644 });
    }
  }
  await createLogKeys(folder, ledgerName);
  return made;
}

/** Reads this service's private key and the others' public keys. Fails naming the file. */
export async function readServiceKeys(folder: string, service: KeyHolder): Promise<ServiceKeys> {
  const others = KEY_HOLDERS.filter((name) => name !== service);
  const privateKey = createPrivateKey(await readKey(join(folder, `${service}.key`)));
  const entries = others.map(async (name): Promise<[string, KeyObject]> => {
    return [name, createPublicKey(await readKey(join(folder, `${name}.pub`)))];
  });
  return { service, privateKey, trustedKeys: new Map(await Promise.all(entries)) };
}

function newPrivateKey(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}

async function readKey(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(ifMissing);
  if (text === null) throw new Error(`${path} is missing: create the service keys first`);
  return text;
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
