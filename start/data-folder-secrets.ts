import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What one data folder keeps to itself. Losing it loses the owners' contact data. */
export interface DataFolderSecrets {
  /** Password of the services' logins on the embedded server. */
  databasePassword: string;
  /** Wraps each owner's own key; 32 bytes. */
  encryptionKey: Buffer;
  /** Keys the hashes of init keys and claim codes; 32 bytes. */
  secretPepper: Buffer;
}

const FILE = "secrets.json";

/** Reads the folder's secrets; a new folder gets new ones, readable by its owner alone. */
export async function openSecrets(dataFolder: string): Promise<DataFolderSecrets> {
  await mkdir(dataFolder, { recursive: true });
  const path = join(dataFolder, FILE);
  const fresh = Object.fromEntries(
    ["databasePassword", "encryptionKey", "secretPepper"].map((name) => [
      name,
      randomBytes(32).toString("base64url"),
    ]),
  );
  // "wx": of two first starts, one writes and both read the same.
  await writeFile(path, `${JSON.stringify(fresh, null, 2)}\n`, { flag: "wx", mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  const saved = JSON.parse(await readFile(path, "utf8")) as Record<string, string>;
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
