import { randomBytes } from "node:crypto";
import { type Pair, type PairConfig, startPair } from "../../start/pair.ts";
import type { ManufacturingConfig } from "../../subgraphs/manufacturing/config.ts";
import { type FreshDatabase, freshDatabase } from "./postgres.ts";

/** Both subgraphs on databases of their own. */
export interface RealPair extends Pair {
  databases: { manufacturing: FreshDatabase; ownership: FreshDatabase };
}

/** Starts both subgraphs, each the other one's peer unless others are given; with a log where it has keys. */
export async function realPair(
  peers: PairConfig["peers"] = {},
  { ledger }: Pick<ManufacturingConfig, "ledger"> = {},
): Promise<RealPair> {
  const manufacturing = await freshDatabase("manufacturing");
  const ownership = await freshDatabase("ownership");
  const pair = await startPair({
    manufacturing: {
      databaseUrl: manufacturing.appUrl,
      observe: manufacturing.observe,
      ...(ledger && { ledger }),
    },
    ownership: {
      databaseUrl: ownership.appUrl,
      encryptionKey: randomBytes(32),
      secretPepper: randomBytes(32),
      observe: ownership.observe,
    },
    peers,
  });
  return {
    ...pair,
    databases: { manufacturing, ownership },
    async close() {
      await pair.close();
      await Promise.all([manufacturing.drop(), ownership.drop()]);
    },
  };
}
