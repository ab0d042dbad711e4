import "reflect-metadata";
import type { AccessTable } from "../../shared/graph/access.ts";
import { buildSubgraph, type Subgraph } from "../../shared/graph/build-subgraph.ts";
import { PageInfo } from "../../shared/graph/page-info.type.ts";
import type { ServiceDatabase } from "../../shared/postgres/migrate.ts";
import { ACCESS } from "./access.ts";
import { ComponentEntity } from "./component/component.entity.ts";
import { ComponentResolver, componentOfReference } from "./component/component.resolver.ts";
import { Component, ComponentConnection, ComponentEdge } from "./component/component.type.ts";
import { ComponentIdentifierEntity } from "./component/component-identifier.entity.ts";
import { ComponentRecordingResolver } from "./component/component-recording.resolver.ts";
import { InstallationEntity } from "./component/installation.entity.ts";
import {
  ComponentComponentsResolver,
  ComponentInstallationResolver,
  ComponentRemovalResolver,
  DeviceComponentsResolver,
  InstallationVerdictResolver,
  ItemResolver,
  installationOfReference,
} from "./component/installation.resolver.ts";
import {
  ComponentInstallation,
  ComponentInstallationConnection,
  ComponentInstallationEdge,
  ComponentRemoval,
  InstallationBatch,
  InstallationVerdict,
  Item,
} from "./component/installation.type.ts";
import { RemovalEntity } from "./component/removal.entity.ts";
import {
  ComponentLoopResolver,
  ComponentTracingResolver,
  DeviceTracingResolver,
  TracedItemResolver,
  WhereUsedResolver,
} from "./component/trace.resolver.ts";
import {
  ComponentLoop,
  TracedItem,
  TracedItemConnection,
  TracedItemEdge,
} from "./component/trace.type.ts";
import type { Context } from "./context.ts";
import { DeviceEntity } from "./device/device.entity.ts";
import { DeviceResolver, deviceOfReference } from "./device/device.resolver.ts";
import { Device, DeviceConnection, DeviceEdge } from "./device/device.type.ts";
import { DeviceBatch, DeviceVerdict } from "./device/device-batch.type.ts";
import { DeviceIdentifierEntity } from "./device/device-identifier.entity.ts";
import { DeviceRecordingResolver } from "./device/device-recording.resolver.ts";
import { DeviceRevisionEntity } from "./device/device-revision.entity.ts";
import { DeviceRevisionResolver, revisionOfReference } from "./device/device-revision.resolver.ts";
import {
  DeviceRevision,
  DeviceRevisionConnection,
  DeviceRevisionEdge,
} from "./device/device-revision.type.ts";
import { DeviceChangeResolver } from "./device-change/device-change.resolver.ts";
import { FieldDefinitionEntity } from "./field-definition/field-definition.entity.ts";
import { FieldDefinitionResolver } from "./field-definition/field-definition.resolver.ts";
import { FieldDefinition } from "./field-definition/field-definition.type.ts";
import { IdBlockEntity } from "./id-block/id-block.entity.ts";
import { IdempotencyEntity } from "./idempotency/idempotency.entity.ts";
import { CreateDevices1700000000001 } from "./migrations/001-create-devices.ts";
import { CreateShares1700000000002 } from "./migrations/002-create-shares.ts";
import { CreateDeviceChanges1700000000003 } from "./migrations/003-create-device-changes.ts";
import { CreateComponents1700000000004 } from "./migrations/004-create-components.ts";
import { CreateRecalls1700000000005 } from "./migrations/005-create-recalls.ts";
import { IndexRecallCriteria1700000000006 } from "./migrations/006-index-recall-criteria.ts";
import { CreateScans1700000000007 } from "./migrations/007-create-scans.ts";
import { KeepChanges1700000000008 } from "./migrations/008-keep-changes.ts";
import { CreateLedger1700000000009 } from "./migrations/009-create-ledger.ts";
import { CreateHandOverSignatures1700000000010 } from "./migrations/010-create-hand-over-signatures.ts";
import { OrderIdentifiers1700000000011 } from "./migrations/011-order-identifiers.ts";
import { KeepNoStatisticsOfPeople1700000000012 } from "./migrations/012-keep-no-statistics-of-people.ts";
import { DeviceGroupEntity } from "./production-group/device-group.entity.ts";
import {
  DeviceGroupsResolver,
  ProductionGroupResolver,
} from "./production-group/production-group.resolver.ts";
import { ProductionGroup } from "./production-group/production-group.type.ts";
import {
  DeviceProofResolver,
  DeviceRevisionProofResolver,
  RecallProofResolver,
} from "./proof/proof.resolver.ts";
import { ProvisioningGateResolver } from "./provisioning-gate/provisioning-gate.resolver.ts";
import {
  CloudIdentityLinkVerdict,
  ProvisioningGate,
} from "./provisioning-gate/provisioning-gate.type.ts";

import { RecallEntity } from "./recall/recall.entity.ts";
import {
  DeviceRecallResolver,
  RecallResolver,
  recallOfReference,
} from "./recall/recall.resolver.ts";
import { Recall, RecallConnection, RecallEdge } from "./recall/recall.type.ts";
import { RecallHoldResolver } from "./recall/recall-hold.resolver.ts";
import { RecallItemEntity } from "./recall/recall-item.entity.ts";
import { RecallWithdrawalEntity } from "./recall/recall-withdrawal.entity.ts";
import { RecallScopeResolver } from "./recall-scope/recall-scope.resolver.ts";
import {
  RecallScope,
  RecallScopeComparison,
  ScopeClause,
  ScopeExplanation,
  ScopeShare,
} from "./recall-scope/recall-scope.type.ts";
import { RecordedValueEntity } from "./recall-scope/recorded-value.entity.ts";
import { ScanEntity } from "./scan/scan.entity.ts";
import { ScanResolver, StationResolver } from "./scan/scan.resolver.ts";
import { ScanBatch, ScanVerdict } from "./scan/scan.type.ts";
import { StationEntity } from "./scan/station.entity.ts";
import { Station } from "./scan/station.type.ts";
import { StationJournalEntity } from "./scan/station-journal.entity.ts";
import { ShareEntity } from "./share/share.entity.ts";
import { ShareResolver, shareOfReference } from "./share/share.resolver.ts";
import {
  Share,
  ShareConnection,
  ShareCriteria,
  SharedFields,
  ShareEdge,
  ShareGroup,
} from "./share/share.type.ts";
import { ShareDeviceEntity } from "./share/share-device.entity.ts";
import { ShareEndEntity } from "./share/share-end.entity.ts";
import { SharedDeviceResolver } from "./share/shared-device.resolver.ts";
import { HandOverSignatureEntity } from "./signed-hand-over/hand-over-signature.entity.ts";
import { SignedHandOverResolver } from "./signed-hand-over/signed-hand-over.resolver.ts";
import { HandOverSigner } from "./signed-hand-over/signed-hand-over.type.ts";
import { SigningKeyEntity } from "./signing-key/signing-key.entity.ts";
import { SigningKeyResolver } from "./signing-key/signing-key.resolver.ts";
import { SigningKey } from "./signing-key/signing-key.type.ts";
import { SigningKeyRevocationEntity } from "./signing-key/signing-key-revocation.entity.ts";

/** Everything this subgraph is made of. Nothing is found by scanning folders. */
export const entities = [
  DeviceEntity,
  DeviceRevisionEntity,
  DeviceGroupEntity,
  DeviceIdentifierEntity,
  FieldDefinitionEntity,
  IdempotencyEntity,
  IdBlockEntity,
  ShareEntity,
  ShareDeviceEntity,
  ShareEndEntity,
  RecordedValueEntity,
  RecallEntity,
  RecallItemEntity,
  RecallWithdrawalEntity,
  ComponentEntity,
  ComponentIdentifierEntity,
  InstallationEntity,
  RemovalEntity,
  StationEntity,
  StationJournalEntity,
  ScanEntity,
  SigningKeyEntity,
  SigningKeyRevocationEntity,
  HandOverSignatureEntity,
];
export const migrations = [
  CreateDevices1700000000001,
  CreateShares1700000000002,
  CreateDeviceChanges1700000000003,
  CreateComponents1700000000004,
  CreateRecalls1700000000005,
  IndexRecallCriteria1700000000006,
  CreateScans1700000000007,
  KeepChanges1700000000008,
  CreateLedger1700000000009,
  CreateHandOverSignatures1700000000010,
  OrderIdentifiers1700000000011,
  KeepNoStatisticsOfPeople1700000000012,
];

/** What the service needs of its database. `manufacturing_sequencer` brings entries into the log. */
export const manufacturingDatabase: ServiceDatabase = {
  name: "manufacturing",
  entities,
  migrations,
  workerRoles: ["manufacturing_sequencer"],
};

const TYPES = [
  Device,
  DeviceEdge,
  DeviceConnection,
  DeviceRevision,
  DeviceRevisionEdge,
  DeviceRevisionConnection,
  DeviceBatch,
  DeviceVerdict,
  ProductionGroup,
  FieldDefinition,
  ProvisioningGate,
  CloudIdentityLinkVerdict,
  Share,
  ShareGroup,
  ShareCriteria,
  ShareEdge,
  ShareConnection,
  RecallScope,
  RecallScopeComparison,
  ScopeClause,
  ScopeExplanation,
  ScopeShare,
  SharedFields,
  Recall,
  RecallEdge,
  RecallConnection,
  Component,
  ComponentEdge,
  ComponentConnection,
  Item,
  ComponentInstallation,
  ComponentInstallationEdge,
  ComponentInstallationConnection,
  ComponentRemoval,
  InstallationBatch,
  InstallationVerdict,
  TracedItem,
  TracedItemEdge,
  TracedItemConnection,
  ComponentLoop,
  ScanBatch,
  ScanVerdict,
  Station,
  SigningKey,
  HandOverSigner,
  PageInfo,
];

/** The schema of this subgraph, ready to execute. */
export function manufacturingSubgraph(access: AccessTable = ACCESS): Promise<Subgraph> {
  return buildSubgraph<Context>({
    resolvers: [
      DeviceResolver,
      DeviceRevisionResolver,
      DeviceProofResolver,
      DeviceRevisionProofResolver,
      RecallProofResolver,
      DeviceGroupsResolver,
      DeviceChangeResolver,
      DeviceRecordingResolver,
      ProductionGroupResolver,
      FieldDefinitionResolver,
      ProvisioningGateResolver,
      RecallScopeResolver,
      ShareResolver,
      SharedDeviceResolver,
      RecallResolver,
      DeviceRecallResolver,
      RecallHoldResolver,
      ComponentResolver,
      ComponentRecordingResolver,
      ComponentInstallationResolver,
      ComponentRemovalResolver,
      InstallationVerdictResolver,
      ItemResolver,
      DeviceComponentsResolver,
      ComponentComponentsResolver,
      WhereUsedResolver,
      DeviceTracingResolver,
      ComponentTracingResolver,
      TracedItemResolver,
      ComponentLoopResolver,
      ScanResolver,
      StationResolver,
      SigningKeyResolver,
      SignedHandOverResolver,
    ],
    types: TYPES,
    references: {
      Device: deviceOfReference,
      DeviceRevision: revisionOfReference,
      Share: shareOfReference,
      Recall: recallOfReference,
      Component: componentOfReference,
      ComponentInstallation: installationOfReference,
    },
    access,
  });
}
