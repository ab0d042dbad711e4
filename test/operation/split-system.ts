import { type SplitSystem as Started, startSplitSystem } from "../../bench/split-system.ts";
import type { Role } from "../../shared/caller.ts";
import { freshDatabase } from "../support/postgres.ts";

/** Gateway and subgraphs, each in a process of its own, on databases of their own. */
export interface SplitSystem extends Omit<Started, "token"> {
  token(roles: readonly Role[]): Promise<string>;
}

export async function splitSystem(environment: Record<string, string> = {}): Promise<SplitSystem> {
  const databases = {
    manufacturing: await freshDatabase("manufacturing"),
    ownership: await freshDatabase("ownership"),
    gateway: await freshDatabase("gateway"),
  };
  const { manufacturing, ownership, gateway } = databases;
  const urls = {
    manufacturing: manufacturing.appUrl,
    ownership: ownership.appUrl,
    gateway: gateway.appUrl,
  };
  const system = await startSplitSystem({ databases: urls, environment });
  return {
    ...system,
    token: (roles) => system.token({ roles }),
    async close() {
      await system.close();
      await Promise.all(Object.values(databases).map((database) => database.drop()));
    },
  };
}
