import type { ServiceDatabase } from "../shared/postgres/migrate.ts";
import { CreateClients1764000000001 } from "./migrations/001-create-clients.ts";
import { CreateAccessLog1764000000002 } from "./migrations/002-create-access-log.ts";
import { CreateExports1764000000003 } from "./migrations/003-create-exports.ts";
import { NarrowRights1764000000004 } from "./migrations/004-narrow-rights.ts";
import { CreateWebhooks1764000000005 } from "./migrations/005-create-webhooks.ts";
import { CreateLedger1764000000006 } from "./migrations/006-create-ledger.ts";
import { ForgetOwners1764000000007 } from "./migrations/007-forget-owners.ts";
import { NameOwnersKeysByHash1764000000008 } from "./migrations/008-name-owners-keys-by-hash.ts";
import { KeepNoStatisticsOfPeople1764000000009 } from "./migrations/009-keep-no-statistics-of-people.ts";
import { entities } from "./registry/subgraph.ts";

/**
 * The gateway's own tables: what partners and front ends may do, and what they did. `gateway_door`
 * looks up API keys before the tenant of a request is known to exist, and reads nothing else;
 * `gateway_sequencer` brings entries into the log.
 */
export const gatewayDatabase: ServiceDatabase = {
  name: "gateway",
  entities,
  migrations: [
    CreateClients1764000000001,
    CreateAccessLog1764000000002,
    CreateExports1764000000003,
    NarrowRights1764000000004,
    CreateWebhooks1764000000005,
    CreateLedger1764000000006,
    ForgetOwners1764000000007,
    NameOwnersKeysByHash1764000000008,
    KeepNoStatisticsOfPeople1764000000009,
  ],
  workerRoles: ["gateway_door", "gateway_dispatcher", "gateway_sequencer"],
};
