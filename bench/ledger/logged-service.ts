import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import type { LogKeys } from "../../shared/ledger-store/log-keys.ts";
import type { WitnessPolicy } from "../../shared/witnessing/witness-addresses.ts";
import { openLogWitnesses } from "../../start/log-witnesses.ts";
import { startManufacturing } from "../../subgraphs/manufacturing/service.ts";

export interface LoggedParts {
  databaseUrl: string;
  keys: LogKeys;
  witnesses: WitnessPolicy;
}

/** Manufacturing in this process, as it is started everywhere: with its log and its witnesses. */
export async function startLogged({ databaseUrl, keys, witnesses }: LoggedParts) {
  const witnessed = openLogWitnesses(witnesses);
  const ledger = witnessed.ledgerOf({ service: "manufacturing", keys, databaseUrl });
  const service = await startManufacturing({ databaseUrl, ledger }, { ownership: nobody });
  return {
    service,
    async close() {
      await service.close();
      await witnessed.close();
    },
  };
}

/** The same with the log off; each device in a transaction of its own where they come one by one. */
export function startUnlogged(databaseUrl: string): Promise<SubgraphService> {
  const config = { databaseUrl, isEntered: false, coalesces: false };
  return startManufacturing(config, { ownership: nobody });
}

async function nobody(): Promise<never> {
  throw new Error("nobody is asked");
}
