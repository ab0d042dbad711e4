import { setImmediate } from "node:timers/promises";
import { TENANT_PATTERN } from "../shared/caller.ts";
import { DomainError } from "../shared/domain-error.ts";
import { contactCipher } from "../subgraphs/ownership/owner/contact-cipher.ts";
import { secretHasher } from "../subgraphs/ownership/secret/secret.ts";
import {
  BulkLoad,
  type BulkTable,
  TAKE_DEVICE_IDS,
  TAKE_INSTALLATION_IDS,
  TAKE_OWNERSHIP_IDS,
} from "./bulk-load.store.ts";
import { timestampOf } from "./clock.ts";
import { COMPONENT_TABLES, ComponentRows } from "./component-rows.ts";
import {
  INSTALLATIONS_MOST,
  OWN_COMPONENTS_MOST,
  sharedComponentsMost,
} from "./component-story.ts";
import { CIRCLE_DEVICES, type Custody, CustodyStories } from "./custody-story.ts";
import { DemoFactory } from "./factory.ts";
import { MANUFACTURING_TABLES, ManufacturingRows } from "./manufacturing-rows.ts";
import { OWNERSHIP_TABLES, OwnershipRows } from "./ownership-rows.ts";
import type { DemoOptions } from "./plan.ts";

export interface LoadOptions extends DemoOptions {
  /** Logins of the tables' owners: loading a demo is an administrator's act. */
  manufacturingUrl: string;
  ownershipUrl: string;
  /** Must have no devices, field definitions, identities or owners yet. */
  tenant: string;
  /** Ownership's own key and pepper, so that it can read what was loaded. */
  encryptionKey: Buffer;
  secretPepper: Buffer;
  /** Is told how many devices have been sent. */
  onProgress?: (devices: number) => void;
}

/** Rows written, by table. */
export interface LoadedRows {
  manufacturing: Record<keyof typeof MANUFACTURING_TABLES | keyof typeof COMPONENT_TABLES, number>;
  ownership: Record<keyof typeof OWNERSHIP_TABLES, number>;
}

/** Devices sent at once; whole circles, so that each owner is sent once. */
const BATCH_DEVICES = 16 * CIRCLE_DEVICES;

/**
 * Loads a demo into both databases. It becomes visible at the end; what fails before that leaves
 * nothing. Memory does not grow with the number of devices.
 */
export async function loadDemo(options: LoadOptions): Promise<LoadedRows> {
  const { tenant } = options;
  if (!TENANT_PATTERN.test(tenant)) {
    throw new DomainError("BAD_USER_INPUT", `${JSON.stringify(tenant)} is no tenant's name`, {
      argument: "tenant",
    });
  }
  const factory = new DemoFactory(options);
  const custodies = new CustodyStories(factory.plan);
  const loads = await openLoads(options);
  try {
    await assertEmpty(tenant, loads);
    const rows = await takeIds(options, custodies, loads);
    for (const load of loads) await load.begin();
    await sendAll(options, { factory, custodies, ...rows }, loads);
    for (const load of loads) await load.commit();
    for (const load of loads) await load.vacuum();
    const { manufacturingRows, componentRows, ownershipRows } = rows;
    return {
      manufacturing: { ...manufacturingRows.counts, ...componentRows.counts },
      ownership: ownershipRows.counts,
    };
  } finally {
    await Promise.all(loads.map((load) => load.close()));
  }
}

/**
 * Manufacturing's tables are the larger part and are sent by two connections. Groups and
 * identifiers refer to nothing, so they need not see the other's rows; they are made visible
 * first, and owners last: a device is never there without what finds it.
 */
type Loads = readonly [finding: BulkLoad, manufacturing: BulkLoad, ownership: BulkLoad];

async function openLoads({ tenant, manufacturingUrl, ownershipUrl }: LoadOptions): Promise<Loads> {
  const { device_group, device_identifier, ...recorded } = MANUFACTURING_TABLES;
  const { component_identifier, ...installed } = COMPONENT_TABLES;
  const opened: BulkLoad[] = [];
  const open = async (url: string, tables: readonly BulkTable[]) => {
    const load = await BulkLoad.open(url, tenant, tables);
    opened.push(load);
    return load;
  };
  try {
    return [
      await open(manufacturingUrl, [device_group, device_identifier, component_identifier]),
      await open(manufacturingUrl, [...Object.values(recorded), ...Object.values(installed)]),
      await open(ownershipUrl, Object.values(OWNERSHIP_TABLES)),
    ];
  } catch (error) {
    await Promise.all(opened.map((load) => load.close()));
    throw error;
  }
}

interface Sources {
  factory: DemoFactory;
  custodies: CustodyStories;
  manufacturingRows: ManufacturingRows;
  componentRows: ComponentRows;
  ownershipRows: OwnershipRows;
}

type Rows = Pick<Sources, "manufacturingRows" | "componentRows" | "ownershipRows">;

async function assertEmpty(tenant: string, loads: Loads): Promise<void> {
  for (const load of loads) {
    const table = await load.occupied();
    if (table === null) continue;
    throw new DomainError(
      "BAD_USER_INPUT",
      `tenant ${tenant} has rows in ${table} already: a demo is loaded into an empty tenant only`,
      { argument: "tenant", table },
    );
  }
}

/** A device changes hands four times at most, which bounds the ids that its ownerships need. */
const CHANGES_MOST = 4;

async function takeIds(
  options: LoadOptions,
  custodies: CustodyStories,
  [, manufacturing, ownership]: Loads,
): Promise<Rows> {
  const { tenant, devices } = options;
  const take = (count: number, name: string) =>
    ownership.takeIds(TAKE_OWNERSHIP_IDS, [count, tenant, name]);
  const first = {
    ownerId: await take(custodies.ownersEnd, "owner"),
    ownershipId: await take(devices * CHANGES_MOST, "ownership"),
  };
  const secrets = {
    cipher: contactCipher(options.encryptionKey),
    hasher: secretHasher(options.secretPepper),
  };
  const componentsMost = devices * OWN_COMPONENTS_MOST + sharedComponentsMost(devices);
  const ids = {
    device: await manufacturing.takeIds(TAKE_DEVICE_IDS, [devices]),
    component: await manufacturing.takeIds(TAKE_DEVICE_IDS, [componentsMost]),
    installation: await manufacturing.takeIds(TAKE_INSTALLATION_IDS, [
      devices * INSTALLATIONS_MOST,
    ]),
  };
  return {
    manufacturingRows: new ManufacturingRows(tenant, ids.device, await manufacturing.people()),
    componentRows: new ComponentRows(tenant, ids, devices),
    ownershipRows: new OwnershipRows(tenant, first, secrets, await ownership.people()),
  };
}

/** While PostgreSQL takes one batch, the next one is made. */
async function sendAll(
  { devices, onProgress }: LoadOptions,
  { factory, custodies, ...rows }: Sources,
  [finding, manufacturing, ownership]: Loads,
): Promise<void> {
  const { manufacturingRows, componentRows, ownershipRows } = rows;
  const since = timestampOf(factory.plan.from);
  manufacturingRows.addFieldDefinitions(since);
  for (const owner of custodies.organisations()) ownershipRows.addOwner(owner);
  let sent: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < devices; from += BATCH_DEVICES) {
    const to = Math.min(devices, from + BATCH_DEVICES);
    await addBatch({ factory, custodies, ...rows }, from, to);
    await sent;
    onProgress?.(from);
    sent = Promise.all([
      flushInOrder([manufacturingRows, componentRows], manufacturing),
      flushInOrder([manufacturingRows, componentRows], finding),
      ownershipRows.flush(ownership),
    ]);
    // Until it is awaited, after the next batch, a failure must not count as unhandled.
    sent.catch(() => undefined);
  }
  await sent;
  onProgress?.(devices);
}

/** A connection takes one COPY at a time. */
async function flushInOrder(
  sets: readonly Pick<ManufacturingRows, "flush">[],
  load: BulkLoad,
): Promise<void> {
  for (const rows of sets) await rows.flush(load);
}

/** Devices made in one go, before the connections get their turn: about a millisecond. */
const SLICE_DEVICES = 16;

async function addBatch(
  { factory, custodies, manufacturingRows, componentRows, ownershipRows }: Sources,
  from: number,
  to: number,
): Promise<void> {
  const batch: Custody[] = [];
  for (const device of factory.devices(from, to)) {
    manufacturingRows.addDevice(device);
    componentRows.addDevice(device, factory.builtOf(device));
    const custody = custodies.of(device);
    if (custody) {
      batch.push(custody);
      ownershipRows.addCustody(custody);
    }
    if (device.index % SLICE_DEVICES === 0) await setImmediate();
  }
  for (const owner of custodies.persons(batch)) ownershipRows.addOwner(owner);
}
