/** Names an erasure among those of all tenants. */
export interface ErasureKey {
  tenant: string;
  erasureId: number;
}

/** Somebody who was erased, and whom the other services have yet to forget. */
export interface ErasureOrder extends ErasureKey {
  /** Under which he signed in: there is no other name for him elsewhere. */
  subject: string;
}
