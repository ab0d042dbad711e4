import { hkdfSync, randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createFile } from "../shared/durable-file.ts";
import { type OwnershipConfig, readOwnershipConfig } from "../subgraphs/ownership/config.ts";

/** What one data folder keeps to itself. Losing it loses the owners' contact data. */
export interface DataFolderSecrets {
  /** Password of the services' logins on the embedded server. */
  databasePassword: string;
  /** Wraps each owner's own key; 32 bytes. */
  encryptionKey: Buffer;
  /** Keys the hashes of init keys and claim codes; 32 bytes. */
  secretPepper: Buffer;
}

/** Ownership's configuration on this database; keys of the environment go before the folder's. */
export function ownershipConfigOf(
  environment: Readonly<Record<string, string | undefined>>,
  secrets: DataFolderSecrets,
  databaseUrl: string,
): OwnershipConfig {
  const given = (name: string, own: Buffer) =>
    environment[name] || environment[`${name}_FILE`] ? {} : { [name]: own.toString("base64") };
  return readOwnershipConfig({
    ...environment,
    ...given("OWNERSHIP_ENCRYPTION_KEY", secrets.encryptionKey),
    ...given("OWNERSHIP_SECRET_PEPPER", secrets.secretPepper),
    OWNERSHIP_DATABASE_URL: databaseUrl,
  });
}

/** The environment of a gateway beside Ownership, with a key made of its key where it gives none. */
export function gatewayEnvironmentOf(
  environment: Readonly<Record<string, string | undefined>>,
  { encryptionKey }: Pick<OwnershipConfig, "encryptionKey">,
): Readonly<Record<string, string | undefined>> {
  const name = "GATEWAY_ENCRYPTION_KEY";
  if (environment[name] || environment[`${name}_FILE`]) return environment;
  const key = hkdfSync("sha256", encryptionKey, "", "tracegraph gateway encryption key", 32);
  return { ...environment, [name]: Buffer.from(key).toString("base64") };
}

const FILE = "secrets.json";

/** Reads the folder's secrets; a new folder gets new ones, readable by its owner alone. */
export async function openSecrets(dataFolder: string): Promise<DataFolderSecrets> {
  await mkdir(dataFolder, { recursive: true });
  const path = join(dataFolder, FILE);
  const saved = (await readSecrets(path)) ?? (await makeSecrets(path));
  const key = (name: string) => {
    const text = saved[name];
    if (!text) throw new Error(`${path} lacks ${name}; restore the file from a backup`);
    return text;
  };
  return {
    databasePassword: key("databasePassword"),
    encryptionKey: Buffer.from(key("encryptionKey"), "base64url"),
    secretPepper: Buffer.from(key("secretPepper"), "base64url"),
  };
}

async function readSecrets(path: string): Promise<Record<string, string> | null> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as Record<string, string>);
}

/** On the disk before anything is encrypted by them. Of two first starts one's are kept. */
async function makeSecrets(path: string): Promise<Record<string, string>> {
  const names = ["databasePassword", "encryptionKey", "secretPepper"];
  const fresh = names.map((name) => [name, randomBytes(32).toString("base64url")]);
  const text = `${JSON.stringify(Object.fromEntries(fresh), null, 2)}\n`;
  await createFile(path, text, { mode: 0o600 });
  return (await readSecrets(path)) ?? {};
}
