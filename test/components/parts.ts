import type { CallerRole } from "../../shared/caller.ts";
import type { Factory, Variables } from "../manufacturing/factory.ts";

export const INSTALL = `mutation Install($input: [InstallationInput!]!, $key: String) {
  installComponents(input: $input, idempotencyKey: $key) {
    verdicts { index installation outcome code message field }
    recorded unchanged refused
  }
}`;

export const REPLACE = `mutation Replace($installation: ID!, $by: ReplacementInput!, $reason: String!) {
  replaceComponent(installation: $installation, by: $by, reason: $reason) {
    id position quantity measure installedAt source
    replaces { id removal { removedAt reason actor replacedBy { id } } }
  }
}`;

export const REMOVE = `mutation Remove($installation: ID!, $reason: String!, $removedAt: DateTime) {
  removeComponent(installation: $installation, reason: $reason, removedAt: $removedAt) {
    id removal { removedAt recordedAt reason actor replacedBy { id } }
  }
}`;

/** What an answer says of an item, and a test can compare. */
export const NAMES = "device { serialNumber } component { partNumber serialNumber supplierLot }";

export interface NamedItem {
  device: { serialNumber: string } | null;
  component: { partNumber: string; serialNumber: string | null; supplierLot: string | null } | null;
}

/** `SN-1`, `MODEM/M-1` or `PCB@L-1`. */
export function nameOf({ device, component }: NamedItem): string {
  if (device) return device.serialNumber;
  if (!component) throw new Error("an item is neither");
  const { partNumber, serialNumber, supplierLot } = component;
  return serialNumber === null ? `${partNumber}@${supplierLot}` : `${partNumber}/${serialNumber}`;
}

/** The input that `nameOf` would name so: a device, a piece, or a lot; `#` adds the lot of a piece. */
export function item(name: string): Variables {
  const [, part, mark, value, lot] = /^(\w+)([/@])([^#]+)(?:#(.+))?$/.exec(name) ?? [];
  if (part === undefined) return { device: name };
  const named = mark === "/" ? { serialNumber: value, supplierLot: lot } : { supplierLot: value };
  return { component: { supplier: "ACME PARTS", partNumber: part, ...named } };
}

/** An answer to an installation that must not be refused; the ids of the installations. */
export async function install(
  factory: Factory,
  rows: readonly [parent: string, child: string, more?: Variables][],
  role: CallerRole = "line",
): Promise<string[]> {
  const input = rows.map(([parent, child, more]) => ({
    parent: item(parent),
    child: item(child),
    ...more,
  }));
  const { data, errors } = await factory.ask(role, INSTALL, { input });
  if (errors[0]) throw errors[0];
  const { verdicts, refused } = data.installComponents;
  if (refused > 0) throw new Error(JSON.stringify(verdicts));
  return verdicts.map(({ installation }: { installation: string }) => installation);
}

interface Traced {
  level: number;
  item: NamedItem;
}

/** The entries of a trace, each as `level name`. */
export function entriesOf({ nodes }: { nodes: readonly Traced[] }): string[] {
  return nodes.map((one) => `${one.level} ${nameOf(one.item)}`);
}
