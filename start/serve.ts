import { readGatewaySettings } from "../gateway/config.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../gateway/server.ts";
import type { WitnessPolicy } from "../shared/witnessing/witness-addresses.ts";
import { readCoalescing } from "../subgraphs/manufacturing/config.ts";
import type { OwnershipConfig } from "../subgraphs/ownership/config.ts";
import { gatewayEnvironmentOf } from "./data-folder-secrets.ts";
import type { ServiceName } from "./databases.ts";
import type { AllLogKeys } from "./ledger-keys.ts";
import { type ComingWitnesses, openLogWitnesses } from "./log-witnesses.ts";
import { startPair } from "./pair.ts";

export interface ServeOptions extends Pick<GatewayOptions, "metrics" | "share"> {
  environment: Readonly<Record<string, string | undefined>>;
  /** Migrated databases, as the applications log in to them. */
  databases: Readonly<Record<ServiceName, { appUrl: string }>>;
  ownership: OwnershipConfig;
  /** What each service's log is signed with. */
  logKeys: AllLogKeys;
  /** Who cosigns what the logs say; null: nobody does. */
  witnesses: WitnessPolicy | ComingWitnesses | null;
}

/** Both subgraphs and the gateway in this process. */
export interface ServedSystem {
  gateway: Gateway;
  close(): Promise<void>;
}

/** Starts both subgraphs and the gateway in this process, on databases that are there. */
export async function serveSystem(options: ServeOptions): Promise<ServedSystem> {
  const { environment, databases, ownership, logKeys, witnesses, ...more } = options;
  const settings = readGatewaySettings(gatewayEnvironmentOf(environment, ownership));
  const witnessed = openLogWitnesses(witnesses);
  const ledger = (service: ServiceName) => {
    const log = { service, keys: logKeys[service], databaseUrl: databases[service].appUrl };
    return { ledger: witnessed.ledgerOf(log) };
  };
  const pair = await startPair({
    manufacturing: {
      databaseUrl: databases.manufacturing.appUrl,
      coalesces: readCoalescing(environment),
      ...ledger("manufacturing"),
      witnessQuorum: witnessed.quorum,
    },
    ownership: { ...ownership, ...ledger("ownership") },
  });
  try {
    const gateway = await startGateway(
      {
        ...{ ...settings, remote: null, databaseUrl: databases.gateway.appUrl },
        ...ledger("gateway"),
      },
      { services: [pair.manufacturing, pair.ownership], ...more },
    );
    return {
      gateway,
      async close() {
        await gateway.close();
        await pair.close();
        await witnessed.close();
      },
    };
  } catch (error) {
    await pair.close();
    await witnessed.close();
    throw error;
  }
}
