import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { link, mkdir, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importJWK, type JWK, SignJWT } from "jose";
import { type Role, TENANT_PATTERN } from "../../shared/caller.ts";
import { assertNoRealIssuer } from "../config.ts";

const ISSUER = "urn:tracegraph:development";
/** The audience of the development issuer's tokens. */
export const DEVELOPMENT_AUDIENCE = "tracegraph";
const FILE = "development-issuer.json";

/** What a development token says. */
export interface DevelopmentToken {
  roles: readonly Role[];
  tenants: readonly string[];
  /** `dev:<first role>` where it is not given. */
  subject?: string;
  client?: string;
  lifetimeSeconds?: number;
}

/** Signs tokens for development, with a key that stays in the data folder. */
export interface DevelopmentIssuer {
  issuer: string;
  publicKey: KeyObject;
  sign(token: DevelopmentToken): Promise<string>;
}

const LIFETIME_SECONDS = 12 * 60 * 60;

/** Opens the development issuer, and makes its key the first time. Refuses beside a real issuer. */
export async function openDevelopmentIssuer(dataFolder: string): Promise<DevelopmentIssuer> {
  assertNoRealIssuer(process.env);
  const jwk = await readKey(dataFolder);
  const privateKey = await importJWK(jwk, "EdDSA");
  const { d: _, ...publicJwk } = jwk;
  return {
    issuer: ISSUER,
    publicKey: createPublicKey({ key: publicJwk as never, format: "jwk" }),
    sign({ roles, tenants, subject, client = "tracegraph-cli", lifetimeSeconds }) {
      const wrong = tenants.find((tenant) => !TENANT_PATTERN.test(tenant));
      if (wrong !== undefined) throw new Error(`${wrong} is no name of a tenant`);
      return new SignJWT({ tenants: [...tenants], roles: [...roles], client_id: client })
        .setProtectedHeader({ alg: "EdDSA", typ: "JWT" })
        .setIssuer(ISSUER)
        .setAudience(DEVELOPMENT_AUDIENCE)
        .setSubject(subject ?? `dev:${roles[0] ?? "nobody"}`)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds ?? LIFETIME_SECONDS}s`)
        .sign(privateKey);
    },
  };
}

async function readKey(dataFolder: string): Promise<JWK> {
  const path = join(dataFolder, FILE);
  await mkdir(dataFolder, { recursive: true });
  const kept = await readKept(path);
  if (kept) return kept;
  const { privateKey } = generateKeyPairSync("ed25519");
  const fresh = `${path}.${randomUUID()}`;
  const text = JSON.stringify({ issuer: ISSUER, key: privateKey.export({ format: "jwk" }) });
  await writeFile(fresh, `${text}\n`, { mode: 0o600 });
  // link() fails where another process was first; its key is the one that counts.
  await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(fresh);
  const made = await readKept(path);
  if (!made) throw new Error(`${path} could not be written`);
  return made;
}

async function readKept(path: string): Promise<JWK | null> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new Error(`cannot read ${path} (${error.code})`);
  });
  if (text === null) return null;
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new Error(`${path} may be read by others: chmod 600 it, or remove it to get a new key`);
  }
  try {
    const { key } = JSON.parse(text) as { key?: JWK };
    if (key?.kty === "OKP" && key.crv === "Ed25519" && key.d) return key;
  } catch {
    // told below
  }
  throw new Error(`${path} holds no development key: remove it to get a new one`);
}
