/** All fields of a device that its manufacturing record holds. */
const ALL_FIELDS = `id serialNumber connhexId partNumber pcbPartNumber hardwareRevision fwVersion deviceType
  lotCode workOrder productionOrder palletId packageId phase disposition producedAt site line operator
  attributes revision recordedAt`;
const PAGE_INFO = "pageInfo { hasNextPage endCursor }";

/** What is asked, as published documents. */
export const DOCUMENTS = {
  lotDevices: `query LotDevices($lot: String!, $membership: Membership!, $first: Int!, $after: String) {
  productionGroup(field: "lotCode", value: $lot) {
    devices(membership: $membership, first: $first, after: $after) {
      nodes { ${ALL_FIELDS} } ${PAGE_INFO}
    }
  }
}`,
  lotIdentifiers: `query LotIdentifiers($lot: String!, $membership: Membership!, $first: Int!, $after: String) {
  productionGroup(field: "lotCode", value: $lot) {
    devices(membership: $membership, first: $first, after: $after) {
      nodes { serialNumber connhexId } ${PAGE_INFO}
    }
  }
}`,
  lotCount: `query LotCount($lot: String!, $membership: Membership!) {
  productionGroup(field: "lotCode", value: $lot) { deviceCount(membership: $membership) }
}`,
  scope: `query Scope($criteria: RecallCriteria!, $knownAt: DateTime) {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    count
    devices(first: 100) { nodes { ${ALL_FIELDS} } ${PAGE_INFO} }
  }
}`,
  scopeWithBreakdown: `query ScopeWithBreakdown($criteria: RecallCriteria!) {
  recallScope(criteria: $criteria) {
    count
    breakdown(by: "fwVersion") { value count }
    devices(first: 100) { nodes { ${ALL_FIELDS} } ${PAGE_INFO} }
  }
}`,
  scopeIdentifiers: `query ScopeIdentifiers($criteria: RecallCriteria!, $first: Int!, $after: String) {
  recallScope(criteria: $criteria) {
    devices(first: $first, after: $after) { nodes { serialNumber connhexId } ${PAGE_INFO} }
  }
}`,
  freeze: `mutation Freeze($input: FreezeRecallInput!) {
  freezeRecall(input: $input) { id deviceCount hash }
}`,
  whereUsed: `query WhereUsed($supplierLot: String!, $partNumber: String!) {
  whereUsed(supplierLot: $supplierLot, partNumber: $partNumber, levels: 3, last: 1000) {
    totalCount isComplete
    nodes { level item { device { serialNumber connhexId } } }
  }
}`,
} as const;
export type DocumentName = keyof typeof DOCUMENTS;
