import type { Variables } from "../manufacturing/factory.ts";
import { GROUPS, listed, type RandomTenant } from "./random-tenant.ts";

/** What is recorded of a device, as staff read it. */
export interface Known {
  serialNumber: string;
  values: Variables;
  /** Every value that it ever had, by grouping field. */
  ever: Readonly<Record<string, ReadonlySet<string>>>;
}

export const VALUES = ["lotCode", "workOrder", "partNumber", "site", "producedAt", "fwVersion"];
export const MEMBERSHIPS = ["CURRENT", "EVER"] as const;
export type Membership = (typeof MEMBERSHIPS)[number];

export const READ = `query Read($serialNumber: String!) { device(serialNumber: $serialNumber) {
  serialNumber ${VALUES.join(" ")} attributes
  history(first: 1000) { nodes { ${VALUES.join(" ")} attributes changed } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: the shape is what READ asks for
export function knownOf({ serialNumber, history, ...values }: any): Known {
  const ever = Object.keys(GROUPS).map((field) => {
    const all = history.nodes.map((node: Variables) => groupValue(node, field));
    return [field, new Set<string>(all.filter((value: unknown) => value !== null))];
  });
  return { serialNumber, values, ever: Object.fromEntries(ever) };
}

/** The names that are shared of a device; null where it is not shared. Said again, by hand. */
export function sharedOf(random: RandomTenant, device: Known): ReadonlySet<string> | null {
  const covering = random.shares.filter((share) => {
    if (share.partner !== "lab" || share.state !== "ACTIVE") return false;
    const { terms } = share;
    if ("devices" in terms) {
      return listed(share, random.devices.length).includes(device.serialNumber);
    }
    if ("group" in terms) {
      const value = groupValue(device.values, terms.group.field);
      return value !== null && terms.group.values.includes(value);
    }
    const { partNumber, site, producedFrom, producedTo, serialNumberFrom, serialNumberTo } =
      terms.criteria;
    const { values, serialNumber } = device;
    return (
      (!partNumber || partNumber.includes(String(values.partNumber))) &&
      (!site || site.includes(String(values.site))) &&
      (!producedFrom ||
        (values.producedAt !== null && String(values.producedAt) >= producedFrom)) &&
      (!producedTo || (values.producedAt !== null && String(values.producedAt) < producedTo)) &&
      (!serialNumberFrom || serialNumber >= serialNumberFrom) &&
      (!serialNumberTo || serialNumber <= serialNumberTo)
    );
  });
  return covering.length === 0 ? null : new Set(covering.flatMap(({ fields }) => fields));
}

/** Whether the partner may count a device in its group of a field. */
export function counts(
  shared: ReadonlySet<string> | null,
  field: string,
  membership: Membership,
): boolean {
  if (!shared || (membership === "EVER" && !shared.has("history"))) return false;
  if (field !== "reel") return shared.has(field);
  return shared.has("attributes") || shared.has("attributes.reel");
}

/** The attributes that are shared. */
export function attributesOf(shared: ReadonlySet<string>, all: unknown): Variables {
  const entries = Object.entries(all as Variables);
  return Object.fromEntries(
    entries.filter(([name]) => shared.has("attributes") || shared.has(`attributes.${name}`)),
  );
}

export function groupValue(values: Variables, field: string): string | null {
  const value = field === "reel" ? (values.attributes as Variables).reel : values[field];
  return value === null || value === undefined ? null : String(value);
}
