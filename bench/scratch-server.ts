import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoSummary, runDemo } from "../demo/run-demo.ts";
import { type Databases, migrateAll, openDatabases } from "../start/databases.ts";

/** Both databases on a server and a folder of their own, with a demo in them. */
export interface ScratchServer {
  databases: Databases;
  demo: DemoSummary;
  /** Ownership's, with which the demo was recorded. */
  secrets: { encryptionKey: Buffer; secretPepper: Buffer };
  /** Its first line is the server's process id. */
  postmasterFile: string;
  remove(): Promise<void>;
}

export async function scratchServer(devices: number): Promise<ScratchServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-bench-"));
  const databasePassword = async () => "bench";
  const notice = () => undefined;
  const databases = await openDatabases({ environment: {}, dataFolder, databasePassword, notice });
  await migrateAll(databases);
  const secrets = { encryptionKey: randomBytes(32), secretPepper: randomBytes(32) };
  const demo = await runDemo({
    devices,
    manufacturingUrl: databases.manufacturing.ownerUrl,
    ownershipUrl: databases.ownership.ownerUrl,
    ...secrets,
  });
  return {
    databases,
    demo,
    secrets,
    postmasterFile: join(dataFolder, "postgres", "postmaster.pid"),
    async remove() {
      await databases.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
