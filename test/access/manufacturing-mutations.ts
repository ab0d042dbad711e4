import { newSigner } from "../signing/signers.ts";
import { STATION } from "./fill-signatures.ts";
import { EVERY_ROW, elseRefused, exists, type MutationCase, NO_ROW } from "./mutation-case.ts";

/** A component that nobody has named before. */
export const fuse = (serial: number) => ({
  component: { supplier: "ACME PARTS", partNumber: "FUSE", serialNumber: `${serial}` },
});

/** Every mutation of Manufacturing, and the questions that services ask it. */
export const OF_MANUFACTURING: readonly Omit<MutationCase, "place">[] = [
  {
    name: "recordDevices",
    text: `($input: [DeviceRecordInput!]!) { f0: recordDevices(input: $input)`,
    answer:
      "verdicts { index serialNumber outcome revision code message field } recorded revised unchanged refused",
    variables: (_, { serial }) => ({
      input: [{ serialNumber: `SN-new-${serial}` }, { serialNumber: "" }],
    }),
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "recordSignedDevices",
    text: `($input: [SignedDeviceInput!]!) { f0: recordSignedDevices(input: $input)`,
    answer:
      "verdicts { index serialNumber outcome revision code message field } recorded revised unchanged refused",
    variables: (_, { serial }) => ({
      input: [STATION.sign({ serialNumber: `SN-signed-${serial}` }), STATION.sign("")],
    }),
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "addSigningKey",
    text: `($publicKey: String!) { f0: addSigningKey(
      input: { publicKey: $publicKey, name: "station 8", role: STATION })`,
    answer: "keyId",
    variables: () => ({ publicKey: newSigner().publicKey }),
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "revokeSigningKey",
    text: `($signingKeyId: ID!) { f0: revokeSigningKey(keyId: $signingKeyId, reason: "lost")`,
    answer: "keyId",
    variables: ({ signingKeyId }) => ({ signingKeyId }),
    asked: ["MINE", "FOREIGN", "NOTHING"],
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "correctDevice",
    text: `($serialNumber: String!, $changes: DeviceChanges!) { f0: correctDevice(
      serialNumber: $serialNumber, changes: $changes, reason: "checked", expectedRevision: 2)`,
    answer: "id",
    variables: ({ serialNumber }, { serial }) => ({
      serialNumber,
      changes: { packageId: `${serial}` },
    }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "defineField",
    text: `($input: FieldDefinitionInput!) { f0: defineField(input: $input)`,
    answer: "name",
    variables: (_, { serial }) => {
      return { input: { name: `f${serial}`, type: "TEXT", isRequired: false, isGroupable: false } };
    },
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "retireField",
    text: `($fieldName: String!) { f0: retireField(name: $fieldName)`,
    answer: "name",
    variables: ({ fieldName }) => ({ fieldName }),
    asked: ["MINE", "FOREIGN", "NOTHING"],
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "provisioningGate",
    operation: "query",
    text: `($connhexId: ID!) { f0: provisioningGate(connhexIds: [$connhexId])`,
    answer: "disposition",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: (whose) => (exists(whose) ? "VALUE" : "ABSENT"),
  },
  {
    name: "followable",
    operation: "query",
    text: `($serialNumber: String!) { f0: followable(
      field: "serialNumber", value: "SN-1", serialNumber: $serialNumber)`,
    answer: "",
    variables: ({ serialNumber }) => ({ serialNumber }),
    asked: EVERY_ROW,
    // Yes or no: of a row of another tenant the same as of one that is not there.
    outcome: () => "VALUE",
  },
  {
    name: "linkCloudIdentities",
    text: `($input: [CloudIdentityLinkInput!]!) { f0: linkCloudIdentities(input: $input)`,
    answer: "serialNumber connhexId linked code message",
    variables: ({ serialNumber, connhexId }) => ({ input: [{ serialNumber, connhexId }] }),
    asked: EVERY_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "shareDevices",
    text: `($serialNumber: String!) { f0: shareDevices(input: {
      partner: "nobody", serialNumbers: [$serialNumber], fields: ["site"], reason: "an audit" })`,
    answer: "id deviceCount",
    variables: ({ serialNumber }) => ({ serialNumber }),
    asked: EVERY_ROW,
    outcome: elseRefused("DEVICE_NOT_RECORDED"),
  },
  {
    name: "endShare",
    text: `($shareId: ID!) { f0: endShare(id: $shareId, reason: "the audit is over")`,
    answer: "id state",
    variables: ({ shareId }) => ({ shareId }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "installComponents",
    text: `($input: [InstallationInput!]!) { f0: installComponents(input: $input)`,
    answer: "verdicts { index installation outcome code message field } recorded unchanged refused",
    variables: ({ serialNumber }, { serial }) => ({
      input: [{ parent: { device: serialNumber }, child: fuse(serial) }],
    }),
    asked: EVERY_ROW,
    // Judged row by row: the batch is answered, and says of a row of another tenant that there is none.
    outcome: () => "VALUE",
  },
  {
    name: "replaceComponent",
    text: `($installationId: ID!, $by: ReplacementInput!) { f0: replaceComponent(
      installation: $installationId, by: $by, reason: "rework")`,
    answer: "id",
    variables: ({ installationId }, { serial }) => ({
      installationId,
      by: { child: fuse(serial) },
    }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "removeComponent",
    text: `($installationId: ID!) { f0: removeComponent(
      installation: $installationId, reason: "rework")`,
    answer: "id",
    variables: ({ installationId }) => ({ installationId }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "whereUsed",
    operation: "query",
    text: `($supplierLot: String!) { f0: whereUsed(supplierLot: $supplierLot, first: 1)`,
    answer: "totalCount",
    variables: ({ supplierLot }) => ({ supplierLot }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "recordScans",
    text: `($input: [ScanInput!]!) { f0: recordScans(input: $input)`,
    answer:
      "verdicts { index station sequence arrival serialNumber outcome revision code message field } recorded revised unchanged refused duplicates receivedAt",
    variables: (_, { serial }) => ({
      input: [
        {
          station: `eol-${serial}`,
          journal: "the-first-journal",
          sequence: 1,
          scannedAt: "2026-01-31T08:00:00Z",
          record: { serialNumber: `SN-scanned-${serial}` },
        },
      ],
    }),
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "handOverStation",
    text: `($fieldName: String!, $journal: ID!) { f0: handOverStation(
      station: $fieldName, journal: $journal, reason: "new computer")`,
    answer: "station firstSequence scanCount lastSequence gaps",
    // The station of each tenant has the name of its own field.
    variables: ({ fieldName }, { serial }) => ({ fieldName, journal: `another-journal-${serial}` }),
    asked: ["MINE", "FOREIGN", "NOTHING"],
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "freezeRecall",
    text: `($serialNumber: String!) { f0: freezeRecall(input: {
      title: "cells", reason: "they swell", criteria: { serialNumber: { in: [$serialNumber] } } })`,
    answer: "id deviceCount",
    variables: ({ serialNumber }) => ({ serialNumber }),
    asked: EVERY_ROW,
    outcome: elseRefused("UNKNOWN_VALUE"),
  },
  {
    name: "withdrawRecall",
    text: `($recallId: ID!) { f0: withdrawRecall(id: $recallId, reason: "mistaken")`,
    answer: "id state",
    variables: ({ recallId }) => ({ recallId }),
    asked: EVERY_ROW,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "recalledDevices",
    operation: "query",
    text: `($connhexId: ID!) { f0: recalledDevices(connhexIds: [$connhexId])`,
    answer: "",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    // By now the mutations above have frozen recalls that hold them.
    outcome: (whose) => (exists(whose) ? "VALUE" : "ABSENT"),
  },
  {
    name: "sharedFields",
    operation: "query",
    text: `($connhexId: ID!) { f0: sharedFields(partner: "elsewhere", connhexIds: [$connhexId])`,
    answer: "connhexId fields",
    variables: ({ connhexId }) => ({ connhexId }),
    asked: EVERY_ROW,
    outcome: (whose) => (exists(whose) ? "VALUE" : "ABSENT"),
  },
];
