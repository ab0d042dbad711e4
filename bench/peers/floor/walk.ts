import type { SealedOwner } from "../shared/owner-contact.ts";
import type { WalkStore } from "./walk.store.ts";

type OpenName = (owner: SealedOwner) => string | null;

/**
 * The Walk by hand: what depends on nothing is asked at once, the rest as soon as it can be. The
 * device's own owner is of its lot mostly, but may lie beyond the page, so he is asked for with it.
 */
export async function walk(
  store: WalkStore,
  openName: OpenName,
  connhexId: string,
): Promise<object | null> {
  const owned = Promise.all([store.identity(connhexId), store.periods(connhexId)]);
  const device = await store.device(connhexId);
  if (!device) {
    await owned;
    return null;
  }
  const { deviceId, lotCode, ...record } = device;
  const [nodes, deviceCount, { siblings, ownerOf }, [identity, periods]] = await Promise.all([
    store.history(deviceId),
    lotCode === null ? 0 : store.lotCount(lotCode),
    lotWithOwners(store, openName, { connhexId, lotCode }),
    owned,
  ]);
  return {
    ...record,
    lotCode,
    history: { nodes },
    lot: lotCode === null ? null : { value: lotCode, deviceCount, devices: { nodes: siblings } },
    identity,
    owner: ownerOf(connhexId),
    ownerships: periods.map(({ from, to, ...owner }) => ({
      from,
      to,
      owner: { displayName: openName(owner) },
    })),
  };
}

interface Owner {
  displayName: string | null;
}

async function lotWithOwners(
  store: WalkStore,
  openName: OpenName,
  { connhexId, lotCode }: { connhexId: string; lotCode: string | null },
) {
  const devices = lotCode === null ? [] : await store.lotDevices(lotCode);
  const ids = new Set([connhexId]);
  for (const { connhexId: id } of devices) if (id !== null) ids.add(id);
  const owners = new Map<number, Owner>();
  const byDevice = new Map<string, Owner>();
  for (const { connhexId: id, ...sealed } of await store.owners([...ids])) {
    let owner = owners.get(sealed.ownerId);
    if (!owner) {
      owner = { displayName: openName(sealed) };
      owners.set(sealed.ownerId, owner);
    }
    byDevice.set(id, owner);
  }
  const ownerOf = (id: string | null) => (id === null ? null : (byDevice.get(id) ?? null));
  const siblings = devices.map((device) => ({ ...device, owner: ownerOf(device.connhexId) }));
  return { siblings, ownerOf };
}
