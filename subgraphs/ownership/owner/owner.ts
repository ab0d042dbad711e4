import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";
import { COUNTRIES } from "./country.ts";

export const OWNER_KINDS = ["PERSON", "ORGANISATION"] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];

/** What is known of an owner and kept under his own key. */
export interface PersonalData {
  displayName: string;
  email: string | null;
  phone: string | null;
  address: string | null;
}

/** A new owner as somebody gives him. */
export interface NewOwner extends PersonalData {
  kind: OwnerKind;
  country: string | null;
}

export interface OwnerText {
  kind: OwnerKind;
  displayName: string;
  country?: string | null;
  email?: string | null;
  phone?: string | null;
  address?: string | null;
}

/** What somebody wants changed: what is not given stays, null clears. */
export type OwnerContactText = Partial<Record<keyof PersonalData, string | null>>;

/** Checks what was given. No message repeats a value: it is personal data. */
export function readNewOwner(given: OwnerText): NewOwner {
  const { kind, displayName } = given;
  const country = given.country ?? null;
  const contact = {
    email: given.email ?? null,
    phone: given.phone ?? null,
    address: given.address ?? null,
  };
  assertText("displayName", displayName, LIMITS.displayNameCharacters);
  if (country !== null && !COUNTRIES.has(country)) {
    throw invalid("country", "is not a country code of ISO 3166-1 alpha-2, like IT");
  }
  assertContact(contact);
  return { kind, country, displayName, ...contact };
}

/** Checks what is to be changed, as for a new owner. An owner always has a name. */
export function readContactChange(given: OwnerContactText): Partial<PersonalData> {
  const { displayName, ...others } = given;
  const contact = Object.fromEntries(
    Object.entries(others).filter(([, value]) => value !== undefined),
  );
  if (displayName === null) {
    throw new DomainError("FIELD_REQUIRED", "a displayName cannot be cleared", {
      field: "displayName",
    });
  }
  if (displayName === undefined && Object.keys(contact).length === 0) {
    throw new DomainError("NOTHING_TO_CHANGE", "say what is to be changed");
  }
  assertContact(contact);
  if (displayName === undefined) return contact;
  assertText("displayName", displayName, LIMITS.displayNameCharacters);
  return { displayName, ...contact };
}

function assertContact({ email, phone, address }: Omit<OwnerContactText, "displayName">): void {
  if (email != null) assertEmail(email);
  if (phone != null && !(phone.length <= LIMITS.phoneCharacters && isPhone(phone))) {
    throw invalid("phone", "is not an international number, like +39 055 123456");
  }
  // A postal address has lines; other control characters have no place in it.
  if (address != null) {
    assertText("address", address.replace(/\r?\n/g, " "), LIMITS.addressCharacters);
  }
}

/** E.164: a plus sign and 7 to 15 digits, here with spaces, dots, dashes or brackets between. */
function isPhone(text: string): boolean {
  if (!/^\+[0-9][0-9 .()-]*[0-9]$/.test(text)) return false;
  const digits = text.replace(/[^0-9]/g, "");
  return /^[1-9][0-9]{6,14}$/.test(digits);
}

/** Sanity only: whether mail arrives, only mail can tell. */
function assertEmail(text: string): void {
  const parts = text.split("@");
  const [local = "", host = ""] = parts;
  const isSane =
    text.length <= LIMITS.emailCharacters &&
    parts.length === 2 &&
    local.length >= 1 &&
    local.length <= 64 &&
    !/[\s"(),:;<>[\\\]\p{C}]/u.test(text) &&
    !/^\.|\.\.|\.$/.test(local) &&
    /^([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u.test(host);
  if (!isSane) throw invalid("email", "is not an e-mail address, like name@example.com");
}

function assertText(field: string, text: string, most: number): void {
  if (text.length === 0 || text !== text.trim()) {
    throw invalid(field, "is empty, or begins or ends with white space");
  }
  if (text.length > most) throw invalid(field, `has more than ${most} characters`);
  // Cc: control; Cf: invisible, can turn the reading direction; Cs: half a surrogate pair.
  if (/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(text)) {
    throw invalid(field, "has control characters");
  }
}

function invalid(field: string, text: string): DomainError {
  return new DomainError("INVALID_VALUE", `${field} ${text}`, { field });
}
