/** What PostGraphile's schema calls the parts of a Walk, in the shape of the product's own. */
export function deviceOfOneStore(device: unknown): unknown {
  const { history, lot, identity, ownership, ownerships, ...record } = device as OneStoreDevice;
  return {
    ...record,
    history: { nodes: history.nodes.map(withTimes) },
    lot: lot && {
      value: lot.value,
      deviceCount: lot.devices.totalCount,
      devices: {
        nodes: lot.devices.nodes.map(({ ownership: of, ...sibling }) => ({
          ...sibling,
          owner: of?.owner ?? null,
        })),
      },
    },
    identity,
    owner: ownership?.owner ?? null,
    ownerships: ownerships.nodes.map(withTimes),
  };
}

interface Owned {
  ownership: { owner: unknown } | null;
}

interface OneStoreDevice extends Owned {
  history: { nodes: object[] };
  lot: { value: string; devices: { totalCount: number; nodes: Owned[] } } | null;
  identity: unknown;
  ownerships: { nodes: object[] };
}

/** PostGraphile writes UTC as +00:00. */
function withTimes(row: object): object {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "string" && /^\d{4}-.*T.*\+00:00$/.test(value)
      ? value.replace("+00:00", "Z")
      : value,
  ]);
  return Object.fromEntries(entries);
}
