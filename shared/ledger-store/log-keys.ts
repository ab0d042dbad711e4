import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assertPrivate, createFile, replaceFile } from "../durable-file.ts";
import { privateKeyOf } from "../ledger/ed25519.ts";
import { isKeyName, type NoteSigner, noteSigner, SIGNATURE_TYPE } from "../ledger/note.ts";

/** What a log signs with. All of them sign: two while one takes the other's place, the new one first. */
export interface LogKeys {
  /** The log's name, which is its keys' name too: `trace.example/manufacturing`. */
  origin: string;
  signers: readonly NoteSigner[];
  /** Where they lie; not given: nowhere, as those that a test makes. */
  file?: string;
}

/** The services that have a log. */
export const LOG_SERVICES = ["manufacturing", "ownership", "gateway"] as const;
export type LogService = (typeof LOG_SERVICES)[number];

const HEAD = "PRIVATE+KEY+";
const SEED_BYTES = 32;
const KEYS_MOST = 4;

/** A private key as one line: `PRIVATE+KEY+<name>+<key id>+<base64 of type and seed>`. */
export function privateKeyLine(name: string, privateKey: KeyObject): string {
  const { d } = privateKey.export({ format: "jwk" });
  const seed = Buffer.from(d ?? "", "base64url");
  const key = Buffer.concat([Buffer.of(SIGNATURE_TYPE.ED25519), seed]).toString("base64");
  return `${HEAD}${name}+${noteSigner(name, privateKey).keyId}+${key}`;
}

/** Reads a key file's text: a line for each key, all of one name. `from` is told where it is wrong. */
export function parseLogKeys(text: string, from: string): LogKeys {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0 || lines.length > KEYS_MOST) {
    throw new Error(`${from} has ${lines.length} keys; a log has 1 to ${KEYS_MOST}`);
  }
  const signers = lines.map((line) => readSigner(line, from));
  const [origin = "", ...others] = new Set(signers.map(({ name }) => name));
  if (others.length > 0) throw new Error(`${from} has keys of several logs`);
  return { origin, signers };
}

function readSigner(line: string, from: string): NoteSigner {
  const [, name, keyId, key] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line) ?? [];
  const [type, ...seed] = Buffer.from(key ?? "", "base64");
  if (!name || type !== SIGNATURE_TYPE.ED25519 || seed.length !== SEED_BYTES) {
    throw new Error(`${from} has a line that is no private key of a log`);
  }
  const signer = noteSigner(name, privateKeyOf(Buffer.from(seed)));
  if (signer.keyId === keyId) return signer;
  throw new Error(`${from} has a key whose id is not its own`);
}

/** Only its owner may read a key: whoever has it can sign another history. */
const PRIVATE = { mode: 0o600 } as const;

/** Reads a key file; `name`, where it is given, is what the log must be named. */
export function readLogKeys(path: string, name?: string | null): LogKeys {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`the log's key cannot be read from ${path}: make it with tracegraph keys`, {
      cause: error,
    });
  }
  assertPrivate(path);
  const keys = { ...parseLogKeys(text, path), file: path };
  if (name == null || keys.origin === name) return keys;
  throw new Error(`${path} has the key of ${keys.origin}, not of ${name} (LEDGER_NAME)`);
}

/** Where a service's key lies in a folder of keys. */
export function logKeyFile(folder: string, service: LogService): string {
  return join(folder, `ledger-${service}.key`);
}

/** Where it is remembered which witnesses have cosigned a log: beside its key. */
export function witnessMemoryFile({ file }: LogKeys): string | null {
  return file === undefined ? null : `${file.replace(/\.key$/, "")}.witnesses`;
}

/**
 * Makes the log keys that are missing in a folder, for this name or else for one that no other
 * installation has. Answers the origins of the logs whose keys were made.
 */
export async function createLogKeys(folder: string, name: string | null): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const prefix = name ?? (await nameOf(folder));
  if (!isKeyName(prefix) || prefix.endsWith("/") || prefix.includes("://")) {
    throw new Error(`LEDGER_NAME must be like trace.example, not ${prefix}`);
  }
  const made: string[] = [];
  for (const service of LOG_SERVICES) {
    const origin = `${prefix}/${service}`;
    const { privateKey } = generateKeyPairSync("ed25519");
    const line = `${privateKeyLine(origin, privateKey)}\n`;
    if (await createFile(logKeyFile(folder, service), line, PRIVATE)) made.push(origin);
  }
  return made;
}

/** The name that this folder's logs have, or a new one: of two first starts one gives it. */
async function nameOf(folder: string): Promise<string> {
  const path = join(folder, "ledger-name");
  await createFile(path, `tracegraph.local/${randomBytes(4).toString("hex")}\n`, PRIVATE);
  return (await readFile(path, "utf8")).trim();
}

/** Puts a new key before those of a log. Services that read the file again sign with both. */
export async function addLogKey(folder: string, service: LogService): Promise<NoteSigner> {
  const path = logKeyFile(folder, service);
  const { origin, signers } = readLogKeys(path);
  if (signers.length >= KEYS_MOST) throw new Error(`${path} has ${signers.length} keys already`);
  const { privateKey } = generateKeyPairSync("ed25519");
  const text = `${privateKeyLine(origin, privateKey)}\n${await readFile(path, "utf8")}`;
  await replaceFile(path, text, PRIVATE);
  return noteSigner(origin, privateKey);
}

/**
 * Takes away all keys of a log but the newest. Answers how many they were. What verifies them stays:
 * what they have signed is there for ever.
 */
export async function dropOldLogKeys(folder: string, service: LogService): Promise<number> {
  const path = logKeyFile(folder, service);
  const { signers } = readLogKeys(path);
  const dropped = signers.slice(1).map(({ verifierKey }) => verifierKey);
  const earlier = [...new Set([...(await readEarlierKeys(folder, service)), ...dropped])];
  const lines = earlier.map((vkey) => `${vkey}\n`);
  await replaceFile(earlierKeysFile(folder, service), lines.join(""), PRIVATE);
  const [newest = ""] = (await readFile(path, "utf8")).trimStart().split("\n");
  await replaceFile(path, `${newest}\n`, PRIVATE);
  return signers.length - 1;
}

/** The vkeys of a log's keys that were taken away, the oldest drop first. */
export async function readEarlierKeys(folder: string, service: LogService): Promise<string[]> {
  const text = await readFile(earlierKeysFile(folder, service), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

function earlierKeysFile(folder: string, service: LogService): string {
  return join(folder, `ledger-${service}.earlier`);
}
