import { ExportRows } from "../../shared/export/export-rows.store.ts";
import type { PeerExecutor, SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { Backfill } from "../../shared/ledger-store/backfill.store.ts";
import { type Ledger, startLedger } from "../../shared/ledger-store/ledger.ts";
import { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import { Database, statement } from "../../shared/postgres/database.ts";
import { appRole } from "../../shared/postgres/migrate.ts";
import { USUAL_QUORUM } from "../../shared/witnessing/witness-addresses.ts";
import { SingleRecords } from "./coalescing/single-records.store.ts";
import type { ManufacturingConfig } from "./config.ts";
import { createContext, type Resources, revisionProofs } from "./context.ts";
import { KnownValues } from "./device/known-values.ts";
import { DeviceChanges } from "./device-change/device-changes.store.ts";
import { criteriaReader } from "./export/criteria-json.type.ts";
import { exportRecords } from "./export/export-records.store.ts";
import { IdBlocks } from "./id-block/id-block.store.ts";
import { BACKFILL_SOURCES } from "./ledger/backfill.store.ts";
import { LIMITS } from "./limits.ts";
import { manufacturingSubgraph } from "./subgraph.ts";

/** The services that this one asks. */
export interface ManufacturingPeers {
  ownership: PeerExecutor;
}

/** A tenant of no one, in whose name readiness is asked. */
const NO_TENANT = "readiness";
const ARE_YOU_THERE = statement("are_you_there", "SELECT 1 FROM id_block");

/** Starts the service. The database must be migrated; it is first asked by a request, or `ready`. */
export async function startManufacturing(
  config: ManufacturingConfig,
  peers: ManufacturingPeers,
): Promise<SubgraphService> {
  const { schema, sdl } = await manufacturingSubgraph();
  const place = { url: config.databaseUrl, role: appRole("manufacturing") };
  const database = new Database({ ...place, ...(config.observe && { observe: config.observe }) });
  const changes = new DeviceChanges(
    new Database({ ...place, poolSize: 1, tenantsAtOnce: LIMITS.tenantsFollowed }),
    database,
  );
  const exports = new ExportRows({ ...place, ...(config.observe && { observe: config.observe }) });
  const readCriteria = criteriaReader(schema);
  const deviceIds = new IdBlocks("device");
  const knownValues = new KnownValues();
  const people = new PersonKeys();
  const isEntered = config.isEntered !== false;
  const writing = isEntered ? people : null;
  const ledger = startOwnLedger(config, database, people);
  const singleRecords =
    config.coalesces === false
      ? null
      : new SingleRecords(database, deviceIds, knownValues, writing);
  const resources: Resources = {
    database,
    deviceIds,
    knownValues,
    people,
    isEntered,
    witnessQuorum: config.witnessQuorum ?? USUAL_QUORUM,
    singleRecords,
    shareIds: new IdBlocks("share"),
    recallIds: new IdBlocks("recall"),
    installationIds: new IdBlocks("installation"),
    ownership: peers.ownership,
  };
  return {
    name: "manufacturing",
    schema,
    sdl,
    createContext(caller, request) {
      changes.tidy(caller.tenant);
      return createContext(resources, caller, request);
    },
    changes: (tenant, options) => changes.follow(tenant, options),
    events: (caller, question) => changes.events(caller, question),
    export: (caller, question, request) =>
      exportRecords(exports, caller, {
        ...{ question, request, readCriteria },
        newProofs: () =>
          revisionProofs(resources, caller.tenant, database.tenant(caller.tenant), {
            continues: true,
          }),
      }),
    ...(ledger && { log: ledger.log }),
    ready: async () => {
      await database.tenant(NO_TENANT).rows(ARE_YOU_THERE);
      await ledger?.ready();
    },
    async close() {
      await singleRecords?.close();
      await ledger?.close();
      await changes.close();
      await exports.close();
      await database.close();
    },
  };
}

function startOwnLedger(
  { ledger: config, databaseUrl }: ManufacturingConfig,
  database: Database,
  people: PersonKeys,
): Ledger | null {
  if (!config) return null;
  const backfill = new Backfill(BACKFILL_SOURCES, people);
  return startLedger({
    ...{ service: "manufacturing", databaseUrl, database },
    ...config,
    backfill: (sequencer) => backfill.run(sequencer),
  });
}
