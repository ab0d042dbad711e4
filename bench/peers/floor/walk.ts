import type { SealedOwner } from "../shared/owner-contact.ts";
import type { DeviceRow, WalkStore } from "./walk.store.ts";

type OpenName = (owner: SealedOwner) => string | null;

/** The Walk by hand: five statements, each sent as soon as what it depends on is known. */
export async function walk(
  store: WalkStore,
  openName: OpenName,
  connhexId: string,
): Promise<object | null> {
  const ownerOf = openedOnce(openName);
  const asked = store.custody(connhexId);
  const device = await store.device(connhexId);
  if (!device) {
    await asked;
    return null;
  }
  const { deviceId, lotCode, ...record } = device;
  const [nodes, { lot, owners }, custody] = await Promise.all([
    store.history(deviceId),
    lotWithOwners(store, ownerOf, { connhexId, lotCode }),
    asked,
  ]);
  const [identity] = custody;
  const ownerships = custody.flatMap(({ from, to, ...sealed }) =>
    from === null ? [] : [{ from, to, owner: ownerOf(sealed) }],
  );
  return {
    ...record,
    lotCode,
    history: { nodes },
    lot,
    identity: identity ? { state: identity.state } : null,
    owner: owners.get(connhexId) ?? null,
    ownerships,
  };
}

interface Owner {
  displayName: string | null;
}

/** Opens each owner's name once, however often he is of the answer. */
function openedOnce(openName: OpenName): (sealed: SealedOwner) => Owner {
  const owners = new Map<number, Owner>();
  return (sealed) => {
    let owner = owners.get(sealed.ownerId);
    if (!owner) {
      owner = { displayName: openName(sealed) };
      owners.set(sealed.ownerId, owner);
    }
    return owner;
  };
}

/** The device's own owner is asked for with those of its lot, of which it need not be on the page. */
async function lotWithOwners(
  store: WalkStore,
  ownerOf: (sealed: SealedOwner) => Owner,
  { connhexId, lotCode }: { connhexId: string } & Pick<DeviceRow, "lotCode">,
) {
  const devices = lotCode === null ? [] : await store.lot(lotCode);
  const ids = new Set([connhexId]);
  for (const { connhexId: id } of devices) if (id !== null) ids.add(id);
  const owners = new Map<string, Owner>();
  for (const row of await store.owners([...ids])) owners.set(row.connhexId, ownerOf(row));
  const nodes = devices.map(({ serialNumber, connhexId: id }) => ({
    serialNumber,
    connhexId: id,
    owner: id === null ? null : (owners.get(id) ?? null),
  }));
  const deviceCount = devices[0]?.deviceCount ?? 0;
  const lot = lotCode === null ? null : { value: lotCode, deviceCount, devices: { nodes } };
  return { lot, owners };
}
