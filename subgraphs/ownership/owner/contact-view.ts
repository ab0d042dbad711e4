import type { CallerRole } from "../../../shared/caller.ts";
import type { PersonalData } from "./owner.ts";

/** An owner's contact data as a caller may see them. */
export interface ContactData {
  email: string | null;
  phone: string | null;
  address: string | null;
}

/** How much of contact data a caller sees. */
export type ContactView = "FULL" | "MASKED" | "NOTHING";

/** Recall managers must reach owners; support checks what the owner says; the owner sees his own. */
export function contactViewOf(roles: readonly CallerRole[], isHimself: boolean): ContactView {
  if (isHimself || roles.includes("recall_manager") || roles.includes("admin")) return "FULL";
  return roles.includes("support") ? "MASKED" : "NOTHING";
}

/** Contact data as this view shows them. */
export function viewContact(
  data: PersonalData | null,
  country: string | null,
  view: ContactView,
): ContactData | null {
  if (data === null || view === "NOTHING") return null;
  const { email, phone, address } = data;
  if (view === "FULL") return { email, phone, address };
  return {
    email: email && maskEmail(email),
    phone: phone && maskPhone(phone),
    // A free-text address cannot be cut safely, so only the country is left of it.
    address: address && country,
  };
}

/** The first character of name and host, and the top-level domain: `j•••@e•••.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  const host = email.slice(at + 1);
  const top = host.slice(host.lastIndexOf("."));
  return `${[...email][0]}•••@${[...host][0]}•••${top}`;
}

/** The last two digits: `•••56`. */
export function maskPhone(phone: string): string {
  return `•••${phone.replace(/[^0-9]/g, "").slice(-2)}`;
}
