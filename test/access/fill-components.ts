import type { Ask } from "./fill-tenant.ts";
import type { Values } from "./world.ts";

export const INSTALL = `mutation ($input: [InstallationInput!]!) {
  installComponents(input: $input) { verdicts { installation code message } }
}`;
const REPLACE = `mutation ($installation: ID!, $by: ReplacementInput!) {
  replaceComponent(installation: $installation, by: $by, reason: "rework") {
    id child { component { id } } }
}`;

/** What names a component and an installation of one device. */
export interface ComponentNames {
  componentId: string;
  supplierLot: string;
  installationId: string;
}

/** The part number of every board, by which a list of components is asked for. */
export const BOARD = "BOARD";

const piece = (partNumber: string, serialNumber: string, supplierLot?: string) => ({
  component: { supplier: "ACME PARTS", partNumber, serialNumber, supplierLot },
});

/**
 * Puts a board with a chip into a device, and the device into a rack that is within itself, so
 * that no field is empty: what is installed now has replaced something, and that something else.
 */
export async function fillComponents(
  ask: Ask,
  tenant: string,
  n: number,
): Promise<{ inDevice: ComponentNames; inBoard: ComponentNames }> {
  const install = async (parent: Values, child: Values): Promise<string> => {
    const row = { parent, child, position: "J1", quantity: 2, measure: "g", source: "mes" };
    const { installComponents } = await ask("manufacturing", "line", INSTALL, { input: [row] });
    const [{ installation, message }] = installComponents.verdicts;
    if (installation === null) throw new Error(message);
    return installation;
  };
  const replace = async (installation: string, child: Values) => {
    const by = { child, source: "mes" };
    return (await ask("manufacturing", "line", REPLACE, { installation, by })).replaceComponent;
  };
  const device = { device: `SN-${tenant}-${n}` };
  const supplierLot = `LOT-${tenant}-${n}`;
  const board = (state: string) => piece(BOARD, `${tenant}-${n}-${state}`, supplierLot);
  const chip = (state: string) => piece("CHIP", `${tenant}-${n}-${state}`, supplierLot);
  const rack = piece("RACK", `${tenant}-${n}`);
  const hall = piece("HALL", `${tenant}-${n}`);
  await install(rack, device);
  await install(hall, rack);
  await install(rack, hall);
  const middle = await replace(await install(device, board("first")), board("second"));
  const last = await replace(middle.id, board("third"));
  const inner = await replace(await install(board("third"), chip("first")), chip("second"));
  await replace(inner.id, chip("third"));
  const names = { componentId: last.child.component.id, supplierLot };
  return {
    inDevice: { ...names, installationId: middle.id },
    inBoard: { ...names, installationId: inner.id },
  };
}
