import { globalId } from "../../shared/global-id.ts";

/** What somebody asks. */
export interface Operation {
  role: string;
  document: string;
  variables?: Record<string, unknown>;
}
interface Expected {
  seen: string[];
  /** Of the one error; absent where all went well. */
  code?: string;
}

const RECORD = `mutation Record($input: [DeviceRecordInput!]!, $key: String) {
  recordDevices(input: $input, idempotencyKey: $key) { recorded }
}`;
const SCAN = `mutation Scan($input: [ScanInput!]!) { recordScans(input: $input) { recorded } }`;
const scan = (sequence: number, serialNumber: string) => {
  const [station, journal] = ["eol-*", "the-first-journal"];
  return {
    station,
    journal,
    sequence,
    scannedAt: "2026-01-31T08:00:00Z",
    record: { serialNumber },
  };
};
const PROVISION = `mutation Provision($input: [ProvisionInput!]!) {
  provisionDevices(input: $input) { provisioned }
}`;
const CORRECT = `mutation Correct($expectedRevision: Int!) {
  correctDevice(serialNumber: "SN-*-1", changes: { site: "Turin" }, reason: "moved",
    expectedRevision: $expectedRevision) { __typename }
}`;
const REGISTER = `mutation Register($input: RegisterOwnershipInput!) {
  registerOwnership(input: $input) { __typename }
}`;
const rows = [1, 2, 3].map((number) => ({ serialNumber: `SN-*-${number}`, lotCode: "L-*" }));
const owner = { kind: "PERSON", displayName: "Ada", country: "IT", email: "ada@example.com" };
const all = ["hex-*-1", "hex-*-2", "SN-*-3"];

const pageOfLot = (asked: string) =>
  `{ productionGroup(field: "lotCode", value: "L-*") { devices(first: 10) { ${asked} } } }`;

export type Case = [name: string, operation: Operation, expected: Expected];

/** What each operation leaves in the access log, in order; nearly none selects anything of a device. */
export function seenOperations(place: string): Case[] {
  const identityId = globalId("CloudIdentity", `hex-${place}-1`);
  return JSON.parse(JSON.stringify(casesWith(identityId)).replaceAll("*", place)) as Case[];
}

const casesWith = (identityId: string): Case[] => [
  [
    "recording devices",
    { role: "line", document: RECORD, variables: { input: rows, key: "first-*" } },
    { seen: ["SN-*-1", "SN-*-2", "SN-*-3"] },
  ],
  [
    "a batch with rows that are refused, one of them unfit to be a serial number",
    {
      role: "line",
      document: RECORD,
      variables: { input: [{ serialNumber: "SN-*-3", phase: "TESTING" }, { serialNumber: " " }] },
    },
    { seen: ["SN-*-3"] },
  ],
  [
    "the answer to a batch that was sent before",
    { role: "line", document: RECORD, variables: { input: rows, key: "first-*" } },
    { seen: ["SN-*-1", "SN-*-2", "SN-*-3"] },
  ],
  [
    "scans, one of which is refused",
    { role: "line", document: SCAN, variables: { input: [scan(1, "SN-*-1"), scan(2, " ")] } },
    { seen: ["SN-*-1"] },
  ],
  [
    "a scan that came before",
    { role: "line", document: SCAN, variables: { input: [scan(1, "SN-*-1")] } },
    { seen: ["SN-*-1"] },
  ],
  [
    "provisioning",
    {
      role: "engineering",
      document: PROVISION,
      variables: {
        input: [
          { serialNumber: "SN-*-1", connhexId: "hex-*-1" },
          { serialNumber: "SN-*-2", connhexId: "hex-*-2", isProtected: true },
        ],
      },
    },
    { seen: ["hex-*-1", "hex-*-2"] },
  ],
  [
    "provisioning what is not recorded",
    {
      role: "engineering",
      document: PROVISION,
      variables: { input: [{ serialNumber: "SN-*-9", connhexId: "hex-*-9" }] },
    },
    { seen: ["SN-*-9", "hex-*-9"] },
  ],
  [
    "a correction",
    { role: "engineering", document: CORRECT, variables: { expectedRevision: 2 } },
    { seen: ["hex-*-1"] },
  ],
  [
    "a correction of what somebody else has changed",
    { role: "engineering", document: CORRECT, variables: { expectedRevision: 1 } },
    { seen: [], code: "STALE_REVISION" },
  ],
  [
    "whether a device is there",
    { role: "support", document: '{ device(serialNumber: "SN-*-1") { __typename } }' },
    { seen: ["hex-*-1"] },
  ],
  [
    "a device that is not there",
    { role: "support", document: '{ device(serialNumber: "SN-*-0") { connhexId } }' },
    { seen: [] },
  ],
  [
    "a device with states from before it was provisioned, and its whole lot",
    {
      role: "support",
      document: `{ device(connhexId: "hex-*-1") {
        history { nodes { serialNumber connhexId } }
        lot { devices { nodes { serialNumber owner { displayName } } } }
      } }`,
    },
    { seen: all },
  ],
  [
    "a device and how many siblings it has",
    {
      role: "support",
      document: '{ device(connhexId: "hex-*-1") { siblings(by: "lotCode") { totalCount } } }',
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a page of a lot, of which nothing but the cursors is asked",
    { role: "support", document: pageOfLot("edges { cursor }") },
    { seen: all },
  ],
  [
    "a page of a lot, of which nothing is asked",
    { role: "support", document: pageOfLot("nodes { __typename }") },
    { seen: all },
  ],
  [
    "whether a lot has another page",
    { role: "support", document: pageOfLot("totalCount pageInfo { hasNextPage }") },
    { seen: [] },
  ],
  [
    "how many devices a lot has",
    {
      role: "support",
      document: '{ productionGroup(field: "lotCode", value: "L-*") { deviceCount } }',
    },
    { seen: [] },
  ],
  [
    "a cloud identity by its id",
    {
      role: "support",
      document: "query Node($id: ID!) { node(id: $id) { ... on CloudIdentity { state } } }",
      variables: { id: identityId },
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a registration",
    {
      role: "owner",
      document: REGISTER,
      variables: { input: { connhexId: "hex-*-1", owner } },
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a registration with a wrong claim code, which is counted",
    {
      role: "owner",
      document: REGISTER,
      variables: { input: { connhexId: "hex-*-2", claimCode: "AAAA-BBBB-CCCC-DDDD" } },
    },
    { seen: ["hex-*-2"], code: "CLAIM_CODE_WRONG" },
  ],
  [
    "what an owner owns",
    { role: "owner", document: "{ myDevices { nodes { serialNumber } } }" },
    { seen: ["hex-*-1"] },
  ],
  [
    "an offer of transfer",
    {
      role: "owner",
      document: 'mutation { offerOwnershipTransfer(connhexId: "hex-*-1") { code } }',
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a transfer with a wrong consent code, which is counted",
    {
      role: "support",
      document: `mutation Transfer($owner: OwnerInput) { transferOwnership(input: {
        connhexId: "hex-*-1", owner: $owner, consentCode: "AAAA-BBBB-CCCC-DDDD"
      }) { __typename } }`,
      variables: { owner },
    },
    { seen: ["hex-*-1"], code: "CONSENT_REQUIRED" },
  ],
  [
    "a transfer",
    {
      role: "owner",
      document: `mutation Transfer($owner: OwnerInput) {
        transferOwnership(input: { connhexId: "hex-*-1", owner: $owner }) { __typename }
      }`,
      variables: { owner },
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a release",
    {
      role: "support",
      document:
        'mutation { releaseOwnership(connhexId: "hex-*-1", reason: "sold") { __typename } }',
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a change of a cloud identity's state",
    {
      role: "engineering",
      document: `mutation {
        changeIdentityState(connhexId: "hex-*-1", state: SUSPENDED, reason: "lost") { __typename }
      }`,
    },
    { seen: ["hex-*-1"] },
  ],
  [
    "a new claim code",
    {
      role: "engineering",
      document:
        'mutation { replaceClaimCode(connhexId: "hex-*-2", reason: "lost") { __typename } }',
    },
    { seen: ["hex-*-2"] },
  ],
  [
    "an owner's new address, which is no device",
    {
      role: "owner",
      document: 'mutation { changeOwnerContact(input: { email: "a@example.com" }) { id } }',
    },
    { seen: [] },
  ],
  [
    "what the caller's role may not do",
    {
      role: "support",
      document:
        'mutation { replaceClaimCode(connhexId: "hex-*-2", reason: "lost") { __typename } }',
    },
    { seen: [], code: "FORBIDDEN" },
  ],
];
