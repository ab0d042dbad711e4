import { chmod, lstat, mkdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { canReach, type ServiceAccount } from "./service-account.ts";

/** Opens a folder of ours that the account can reach, for what cannot lie where it was asked to. */
export async function openSharedFolder(account: ServiceAccount | null): Promise<string> {
  const temporary = join(tmpdir(), `tracegraph-${process.geteuid?.() ?? "user"}`);
  const lasting = account ? "/var/lib/tracegraph" : join(homedir(), ".cache", "tracegraph");
  for (const folder of [lasting, temporary]) {
    if (await isUsable(folder, account)) return folder;
  }
  const reader = account ? ` and ${account.name} can read` : "";
  throw new Error(
    `neither ${lasting} nor ${temporary} is a folder that we can write${reader}: ` +
      "make one so, or start as an ordinary user in a folder of its own",
  );
}

/** In a temporary folder anybody may have made one of our name first: then it is not used. */
async function isUsable(folder: string, account: ServiceAccount | null): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const found = await lstat(folder);
    const isOurs = process.geteuid === undefined || found.uid === process.geteuid();
    if (!found.isDirectory() || !isOurs) return false;
    await chmod(folder, 0o755);
    return account === null || (await canReach(account, folder));
  } catch {
    return false;
  }
}
