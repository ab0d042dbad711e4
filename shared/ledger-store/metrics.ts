import { Gauge, register } from "prom-client";
import type { SequencerStore } from "./sequencer.store.ts";

/** What the metrics read of a service's log. */
interface Watched {
  store: Pick<SequencerStore, "lag">;
  isLeading: () => boolean;
}
type State = Awaited<ReturnType<SequencerStore["lag"]>> & { service: string };

const watched = new Map<string, Watched>();

/** Lets the metrics tell how large a service's log is, and whether it keeps up. */
export function watchLedger(service: string, ledger: Watched): () => void {
  watched.set(service, ledger);
  declare();
  return () => {
    if (watched.get(service) === ledger) watched.delete(service);
  };
}

const SIZE = "tracegraph_ledger_size";

function declare(): void {
  if (register.getSingleMetric(SIZE)) return;
  gauge(SIZE, "Entries of the log, by service", async () =>
    (await states()).map(({ service, size }) => [service, size]),
  );
  gauge(
    "tracegraph_ledger_lag_seconds",
    "For how long something has waited to be entered into the log, by service",
    async () => (await states()).map(({ service, lagSeconds }) => [service, lagSeconds]),
  );
  gauge(
    "tracegraph_ledger_leading",
    "1 in the process that enters a service's entries into the log, by service",
    async () => [...watched].map(([service, { isLeading }]) => [service, isLeading() ? 1 : 0]),
  );
}

function gauge(name: string, help: string, read: () => Promise<[string, number][]>): void {
  new Gauge({
    name,
    help,
    labelNames: ["service"],
    async collect() {
      const values = await read();
      this.reset();
      for (const [service, value] of values) this.set({ service }, value);
    },
  });
}

let asked: Promise<State[]> | null = null;

/** However many metrics ask at once, the databases are asked once; one that is away is left out. */
function states(): Promise<State[]> {
  asked ??= Promise.all(
    [...watched].map(async ([service, { store }]) => {
      const state = await store.lag().catch(() => null);
      return state === null ? [] : [{ service, ...state }];
    }),
  )
    .then((all) => all.flat())
    .finally(() => {
      asked = null;
    });
  return asked;
}
