import { type CallerRole, ROLES } from "../../shared/caller.ts";
import {
  CLIENT_READERS,
  EVERYONE,
  OPEN,
  OWNERSHIP_READERS,
  RECORD_SHARERS,
  SHARE_READERS,
  STAFF,
} from "./open-fields.ts";

/**
 * Who may do what, written down a second time, by hand and from the pages that promise it. Nothing
 * here comes from the code that enforces it: where the two differ, one of them is wrong.
 */
export type Outcome = "VALUE" | "MASKED" | "ABSENT" | "FORBIDDEN" | `REFUSED ${string}`;

/** What the asked row is to the caller: his own, another owner's, another tenant's, or not there. */
export const WHOSE = ["MINE", "OTHERS", "FOREIGN", "NOTHING"] as const;
export type Whose = (typeof WHOSE)[number];

/** A use of a field, the finding of a row by its id, or a turn to another row. */
export type Step = { use: string } | { find: string } | { turn: Turn };
type Turn =
  | "to mine"
  | "to the other"
  | "to a former owner"
  | "by a component"
  | "to what was signed";

/** Roles that a token can carry, alone and together, and a token without any. */
export const ROLE_SETS: readonly (readonly CallerRole[])[] = [
  ...ROLES.map((role) => [role]),
  [],
  ["owner", "partner"],
  ["owner", "line"],
  ["owner", "engineering"],
  ["owner", "regulator"],
  ["analyst", "support"],
  ["partner", "regulator"],
  ["partner", "support"],
];

/** Who finds a thing by its id or key; owners only what is theirs, partners what is shared. */
const FOUND_BY: Readonly<Record<string, string>> = {
  Device: EVERYONE,
  DeviceRevision: EVERYONE,
  // `node` says of an id whose fields are closed what it says of an unknown one.
  "DeviceRevision by node": RECORD_SHARERS,
  CloudIdentity: EVERYONE,
  Owner: OWNERSHIP_READERS,
  Ownership: OWNERSHIP_READERS,
  Share: SHARE_READERS,
  Recall: STAFF,
  Component: STAFF,
  ComponentInstallation: STAFF,
  Client: CLIENT_READERS,
  Document: CLIENT_READERS,
  Webhook: CLIENT_READERS,
};

/** What is shared with the partner of his own devices, and that of no other one anything. */
const SHARED = "partNumber lotCode palletId phase history asOf identity";
/** What every share shows, of a device and of its revisions. */
const ALWAYS = "id serialNumber connhexId revision recordedAt disposition effectiveAt changed";
/** By the shared lotCode, and by boardColour, the one custom field that is shared. */
const SHARED_LISTS = "attributes groups lot siblings";
const SHOWN = new Set(`${SHARED} ${ALWAYS} ${SHARED_LISTS}`.split(" "));

/** Whether a share shows this field of its devices; whatever is no field of theirs is no matter. */
function isShown(step: Step): boolean {
  const [type = "", field = ""] = "use" in step ? step.use.split(".") : [];
  return !["Device", "DeviceRevision"].includes(type) || SHOWN.has(field);
}

/**
 * A share has one kind of terms: that of mine is a group, that of the others criteria. What is
 * installed is in one kind of item: mine in a device, that of the others in a component.
 */
const TERMS_OF_OTHER_KIND: Readonly<Record<string, Whose>> = {
  "Share.group": "OTHERS",
  "Share.criteria": "MINE",
  "Item.device": "OTHERS",
  "Item.component": "MINE",
};

/** Criteria are refused that name a lot which is nobody's, or not the tenant's. */
const SCOPES: readonly string[] = ["Query.recallScope", "Query.compareRecallScopes"];
/** What decided that a device is in a scope was a revision, or an installation. */
const DECISIONS: readonly string[] = ["ScopeExplanation.revision", "ScopeExplanation.installation"];

const openTo = new Map<string, Set<string>>(
  OPEN.flatMap(([type, fields, roles]) =>
    fields.split(" ").map((field) => [`${type}.${field}`, new Set(roles.split(" "))] as const),
  ),
);

/** Every field that somebody has thought of, as `Type.field`. */
export const KNOWN_FIELDS: readonly string[] = [...openTo.keys()];

/** Whether one of the roles opens the field on rows of some kind. */
export function opens(field: string, roles: readonly CallerRole[]): boolean {
  const readers = openTo.get(field);
  if (!readers) throw new Error(`nobody has said who may use ${field}`);
  return roles.some((role) => readers.has(role));
}

/** A role opens a field on the rows that this role sees, whatever other roles the caller has. */
function sees(role: CallerRole, whose: Whose): boolean {
  return role === "owner" || role === "partner" ? whose === "MINE" : true;
}

const exists = (whose: Whose) => whose === "MINE" || whose === "OTHERS";
const isStaff = (role: CallerRole) => STAFF.split(" ").includes(role);

/** Lists made for a partner hold what is shared, so that there the other one is mine too. */
function afterTurn(whose: Whose, turn: Turn, roles: readonly CallerRole[]): Whose {
  if (turn === "to a former owner") return "OTHERS";
  if (roles.includes("partner") && !roles.some(isStaff)) return "MINE";
  if (turn === "to the other") return whose === "MINE" ? "OTHERS" : "MINE";
  return "MINE";
}

/** What ends the walk at this step; null where it goes on. */
function endAt(step: Step, roles: readonly CallerRole[], whose: Whose): Outcome | null {
  const finders = "find" in step ? new Set(FOUND_BY[step.find]?.split(" ")) : null;
  const openers = roles.filter((role) =>
    "use" in step ? opens(step.use, [role]) : finders?.has(role),
  );
  if ("use" in step && openers.length === 0) return "FORBIDDEN";
  const isScope = "use" in step && SCOPES.includes(step.use);
  if (!exists(whose)) return isScope ? "REFUSED UNKNOWN_VALUE" : "ABSENT";
  if ("use" in step && TERMS_OF_OTHER_KIND[step.use] === whose) return "ABSENT";
  const showing = openers.filter((role) => sees(role, whose));
  if (showing.some((role) => role !== "partner" || isShown(step))) return null;
  // Of a row that is seen, what is not shared is refused; a list of groups just leaves it out.
  const isSeen = openers.includes("partner") && roles.some((role) => sees(role, whose));
  return isSeen && "use" in step && step.use !== "Device.groups" ? "FORBIDDEN" : "ABSENT";
}

/** What comes of walking these steps, from a row that is this to the caller. */
export function expectedOutcome(
  roles: readonly CallerRole[],
  asked: Whose,
  steps: readonly Step[],
): Outcome {
  let whose = asked;
  let decision = "ScopeExplanation.revision";
  // What was recorded first came signed; the last word on every device is a correction.
  let isSigned = false;
  for (const step of steps) {
    if ("turn" in step && step.turn === "by a component") {
      decision = "ScopeExplanation.installation";
      continue;
    }
    if ("turn" in step && step.turn === "to what was signed") {
      isSigned = true;
      continue;
    }
    if ("turn" in step) {
      if (exists(whose)) whose = afterTurn(whose, step.turn, roles);
      continue;
    }
    // All devices of a tenant are of one lot, so that of the others is mine.
    if ("use" in step && step.use === "Query.productionGroup" && exists(whose)) whose = "MINE";
    const end = endAt(step, roles, whose);
    if (end) return end;
    if ("use" in step && step.use === "DeviceRevision.signedBy" && !isSigned) return "ABSENT";
    if ("use" in step && DECISIONS.includes(step.use) && step.use !== decision) return "ABSENT";
  }
  const last = steps.at(-1);
  const isContact = last && "use" in last && last.use.startsWith("OwnerContact.");
  return isContact && !seesWholeContact(roles, whose) ? "MASKED" : "VALUE";
}

function seesWholeContact(roles: readonly CallerRole[], whose: Whose): boolean {
  if (roles.includes("recall_manager") || roles.includes("admin")) return true;
  return roles.includes("owner") && whose === "MINE";
}
