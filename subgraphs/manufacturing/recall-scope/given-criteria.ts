import type { Timestamp } from "../../../shared/time.ts";
import type { Membership } from "../production-group/production-group.ts";

/** Criteria as somebody gives them, before anything of them is checked. One member is set. */
export interface GivenCriteria {
  allOf?: readonly GivenCriteria[] | null;
  anyOf?: readonly GivenCriteria[] | null;
  noneOf?: readonly GivenCriteria[] | null;
  group?: GivenGroup | null;
  siblingsOf?: GivenSiblings | null;
  field?: GivenField | null;
  serialNumber?: GivenSerialNumber | null;
  component?: GivenComponent | null;
}

export interface GivenGroup {
  field: string;
  values: readonly string[];
  membership?: Membership | null;
  at?: Timestamp | null;
}

export interface GivenSiblings {
  serialNumber: string;
  by: readonly string[];
  membership?: Membership | null;
}

export interface GivenField {
  name: string;
  in?: readonly string[] | null;
  from?: string | null;
  to?: string | null;
}

export interface GivenSerialNumber {
  in?: readonly string[] | null;
  from?: string | null;
  to?: string | null;
}

export interface GivenComponent {
  partNumber?: string | null;
  serialNumber?: string | null;
  supplier?: string | null;
  supplierLot?: string | null;
  membership?: Membership | null;
}
