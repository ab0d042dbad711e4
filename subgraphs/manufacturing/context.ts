import type { Caller } from "../../shared/caller.ts";
import type { PeerExecutor, RequestFacts } from "../../shared/graph/subgraph-service.ts";
import type { PersonKeys } from "../../shared/ledger-store/person-keys.store.ts";
import type { Database, Sql } from "../../shared/postgres/database.ts";
import type { SingleRecords } from "./coalescing/single-records.store.ts";
import { ComponentStore } from "./component/component.store.ts";
import { ComponentRecording } from "./component/component-recording.store.ts";
import { ComponentWriter } from "./component/component-writer.store.ts";
import { InstallationStore } from "./component/installation.store.ts";
import { TraceStore } from "./component/trace.store.ts";
import { DeviceStore } from "./device/device.store.ts";
import type { Batch } from "./device/device-batch.ts";
import type { DeviceStatement } from "./device/device-facts.ts";
import { DeviceRecording } from "./device/device-recording.store.ts";
import { DeviceRehearsal } from "./device/device-rehearsal.store.ts";
import { DeviceRevisionStore } from "./device/device-revision.store.ts";
import { DeviceWriter, IdentifierTaken } from "./device/device-writer.store.ts";
import type { KnownValues } from "./device/known-values.ts";
import { FieldDefinitionStore } from "./field-definition/field-definition.store.ts";
import { type IdBlocks, idsFrom } from "./id-block/id-block.store.ts";
import { IdempotencyStore } from "./idempotency/idempotency.store.ts";
import { LIMITS } from "./limits.ts";
import { ProductionGroupStore } from "./production-group/production-group.store.ts";
import { RecallProofs } from "./proof/recall-proofs.store.ts";
import { RevisionProofs } from "./proof/revision-proofs.store.ts";
import { CloudIdentityLinks } from "./provisioning-gate/provisioning-gate.store.ts";
import { criteriaNow } from "./recall/criteria-now.ts";
import { RecallStore } from "./recall/recall.store.ts";
import { RecallDeviceStore } from "./recall/recall-devices.store.ts";
import { RecallHoldStore } from "./recall/recall-hold.store.ts";
import { type RecallStatuses, recallStatuses } from "./recall/recall-status.store.ts";
import { ContainedComponentStore } from "./recall-scope/contained-component.store.ts";
import { RecordedValueStore } from "./recall-scope/recorded-value.store.ts";
import { ScopeStore } from "./recall-scope/scope.store.ts";
import { ScanRecording } from "./scan/scan-recording.store.ts";
import { StationStore } from "./scan/station.store.ts";
import { partnerOf } from "./share/partner-sight.ts";
import { ShareStore } from "./share/share.store.ts";
import { SharedDeviceStore } from "./share/shared-device.store.ts";
import { HandOverSignatureStore } from "./signed-hand-over/hand-over-signature.store.ts";
import { SigningKeyStore } from "./signing-key/signing-key.store.ts";
import { countOwnerCountries } from "./visibility/owner-countries.ts";
import { visibility } from "./visibility/visibility.ts";

/** What lives as long as the service does. */
export interface Resources {
  database: Database;
  deviceIds: IdBlocks;
  knownValues: KnownValues;
  /** By what entries name people. */
  people: PersonKeys;
  /** Whether revisions are entered into the log. Only a benchmark turns it off. */
  isEntered: boolean;
  /** How many witnesses make a checkpoint witnessed. */
  witnessQuorum: number;
  shareIds: IdBlocks;
  recallIds: IdBlocks;
  installationIds: IdBlocks;
  ownership: PeerExecutor;
  /** null where every record is a transaction of its own. */
  singleRecords: SingleRecords | null;
}

function readers(sql: Sql, caller: Caller, resources: Resources) {
  const { tenant } = caller;
  const partner = partnerOf(caller);
  return {
    devices: new DeviceStore(sql, tenant),
    revisions: new DeviceRevisionStore(sql, tenant),
    groups: new ProductionGroupStore(sql, tenant, partner),
    definitions: new FieldDefinitionStore(sql, tenant),
    components: new ComponentStore(sql, tenant),
    installations: new InstallationStore(sql, tenant),
    traces: new TraceStore(sql, tenant),
    recordedValues: new RecordedValueStore(sql, tenant),
    containedComponents: new ContainedComponentStore(sql, tenant),
    scopes: new ScopeStore(sql, tenant),
    recalls: new RecallStore(sql, tenant),
    recallDevices: new RecallDeviceStore(sql, tenant),
    recallHolds: new RecallHoldStore(sql, tenant),
    shares: new ShareStore(sql, tenant),
    stations: new StationStore(sql, tenant),
    sharedDevices: new SharedDeviceStore(sql, tenant, partner ?? ""),
    /** The proofs of revisions, from the log. */
    proofs: revisionProofs(resources, tenant, sql),
    recallProofs: new RecallProofs(sql, tenant, {
      personKeys: resources.people,
      quorum: resources.witnessQuorum,
    }),
    signingKeys: new SigningKeyStore(sql, tenant),
    signatures: new HandOverSignatureStore(sql, tenant),
  };
}

/** What is known beforehand, and ids that were reserved before the transaction began. */
interface Provisions extends Pick<Resources, "knownValues" | "people" | "isEntered"> {
  nextItem: () => number;
  nextInstallation: () => number;
}

/** What only reads. */
export type Readers = ReturnType<typeof readers>;

function writers(sql: Sql, caller: Caller, ids: Provisions) {
  const definitions = new FieldDefinitionStore(sql, caller.tenant);
  const known = () => definitions.allForWriting();
  const { nextItem: nextId, knownValues, people, isEntered } = ids;
  const writer = new DeviceWriter(sql, caller.tenant, {
    ...{ definitions: known, nextId, knownValues, people: isEntered ? people : null },
  });
  return {
    definitions,
    recording: new DeviceRecording(writer, known),
    links: new CloudIdentityLinks(sql, writer, caller),
    componentRecording: new ComponentRecording(
      new ComponentWriter(sql, caller.tenant, caller.subject),
      new ComponentStore(sql, caller.tenant),
      new InstallationStore(sql, caller.tenant),
      ids,
      caller.client,
    ),
    recalls: new RecallStore(sql, caller.tenant),
    scanRecording: new ScanRecording(sql, caller, writer, known),
    stations: new StationStore(sql, caller.tenant),
    shares: new ShareStore(sql, caller.tenant),
    signingKeys: new SigningKeyStore(sql, caller.tenant),
    signatures: new HandOverSignatureStore(sql, caller.tenant),
    idempotency: new IdempotencyStore(sql, caller.tenant),
    personOf: people.within(sql, caller.tenant),
  };
}
type Writers = ReturnType<typeof writers>;

/** What a resolver may touch, made afresh for each client request. */
export function createContext(resources: Resources, caller: Caller, request: RequestFacts) {
  const { requestId, seen } = request;
  const sql = resources.database.tenant(caller.tenant, request);
  const stores = readers(sql, caller, resources);
  /** Whether devices are recalled; never rejects. */
  const recallStatus: RecallStatuses = recallStatuses(stores.recalls, (recall) =>
    criteriaNow(recall, { ...stores, caller }),
  );
  return {
    caller,
    requestId,
    ...(seen && { seen }),
    ...stores,
    /** The partner that asks; null where nobody does who sees no more than what is shared. */
    partner: partnerOf(caller),
    /** In which countries devices have owners now, and how many. */
    ownerCountries: (connhexIds: readonly string[]) =>
      countOwnerCountries(resources.ownership, caller.tenant, connhexIds),
    /** The device as the caller may see it, else null: forbidden is as absent. */
    visible: visibility(caller, resources.ownership, stores.sharedDevices),
    /** A fresh id. Ask before `write`, not within it. */
    nextShareId: () => resources.shareIds.reserve(sql, 1),
    nextRecallId: () => resources.recallIds.reserve(sql, 1),
    recallStatus,
    /** Records one device together with those that others record now; null where nobody does so. */
    recordTogether: together(resources, caller, request),
    /** Judges records as they would be judged now, and writes nothing. */
    rehearsal: new DeviceRecording(new DeviceRehearsal(stores.devices), () =>
      stores.definitions.all(),
    ),
    /** Runs `work` in one transaction, on stores bound to it; ids of what is new are reserved. */
    async write<T>(
      work: (tx: Writers) => Promise<T>,
      {
        newDevices = 0,
        newInstallations = 0,
      }: { newDevices?: number; newInstallations?: number } = {},
    ): Promise<T> {
      const { deviceIds, installationIds, people } = resources;
      // A key that is made outside of the transaction is remembered.
      await people.learn(sql, caller.tenant, [caller.subject]);
      const firstId = newDevices > 0 ? await deviceIds.reserve(sql, newDevices) : 0;
      const firstInstallation =
        newInstallations > 0 ? await installationIds.reserve(sql, newInstallations) : 0;
      for (let attempt = 1; ; attempt++) {
        try {
          return await sql.transaction((tx) =>
            work(
              writers(tx, caller, {
                ...resources,
                nextItem: idsFrom(firstId, newDevices),
                nextInstallation: idsFrom(firstInstallation, newInstallations),
              }),
            ),
          );
        } catch (error) {
          const isLost = error instanceof IdentifierTaken && attempt < LIMITS.judgingTries;
          if (!isLost) throw error;
        } finally {
          stores.devices.forget();
          stores.definitions.forget();
          stores.components.forget();
          stores.installations.forget();
          stores.shares.forget();
          stores.recalls.forget();
          stores.signingKeys.forget();
        }
      }
    },
  };
}
export type Context = ReturnType<typeof createContext>;

function together({ singleRecords }: Resources, caller: Caller, request: RequestFacts) {
  if (!singleRecords) return null;
  return (statement: DeviceStatement, key: string | null): Promise<Batch> =>
    singleRecords.record(statement, key, { caller, request });
}

/** Makes proofs of a tenant's revisions; `continues`: those too that lead to the newest witnessed tree. */
export function revisionProofs(
  { people, witnessQuorum: quorum }: Pick<Resources, "people" | "witnessQuorum">,
  tenant: string,
  sql: Sql,
  { continues = false }: { continues?: boolean } = {},
): RevisionProofs {
  return new RevisionProofs({ sql, tenant, personKeys: people, quorum, continues });
}
