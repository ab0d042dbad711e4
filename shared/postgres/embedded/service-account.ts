import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Whom PostgreSQL runs as when we are root; it refuses to run as root itself. */
export interface ServiceAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ["postgres", "nobody"];

/**
 * The account to run PostgreSQL as, or null to run it as ourselves. The owner of an existing
 * cluster wins, because PostgreSQL refuses a folder that belongs to somebody else.
 */
export async function findServiceAccount(clusterFolder: string): Promise<ServiceAccount | null> {
  if (process.geteuid?.() !== 0) return null;
  const accounts = parseAccounts(await readFile("/etc/passwd", "utf8"));
  const owner = await stat(clusterFolder).catch(() => null);
  if (owner && owner.uid !== 0) {
    const known = [...accounts.values()].find(({ uid }) => uid === owner.uid);
    return { name: known?.name ?? `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const account = CANDIDATES.map((name) => accounts.get(name)).find((found) => found !== undefined);
  if (account && account.uid !== 0) return account;
  throw new Error(
    "PostgreSQL does not run as root, and this system has neither an account postgres nor nobody: " +
      "start as an ordinary user, or create one of them",
  );
}

/** Whether the account may read the file or folder and pass every folder above it. */
export async function canReach(account: ServiceAccount, path: string): Promise<boolean> {
  return (await isAllowed(account, path, 0o5)) && (await canPass(account, dirname(path)));
}

/** Whether the account may pass this folder and every folder above it. */
export async function canPass(account: ServiceAccount, folder: string): Promise<boolean> {
  if (!(await isAllowed(account, folder, 0o1))) return false;
  return folder === dirname(folder) || canPass(account, dirname(folder));
}

async function isAllowed(account: ServiceAccount, path: string, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** Lines of passwd(5): name, password, uid, gid, and more that is of no use here. */
function parseAccounts(passwd: string): Map<string, ServiceAccount> {
  const accounts = new Map<string, ServiceAccount>();
  for (const line of passwd.split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name && uid && gid) accounts.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}
