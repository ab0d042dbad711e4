import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphql } from "graphql";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { type Policy, parsePolicy } from "../../shared/ledger/policy.ts";
import type { LogKeys } from "../../shared/ledger-store/log-keys.ts";
import type { WitnessPolicy } from "../../shared/witnessing/witness-addresses.ts";
import { type LogWitnesses, openLogWitnesses } from "../../start/log-witnesses.ts";
import { policyText } from "../../start/policy-text.ts";
import { startManufacturing } from "../../subgraphs/manufacturing/service.ts";
import { originKey } from "../../witness/seen-checkpoints.ts";
import { type RunningWitness, startWitness } from "../../witness/start-witness.ts";
import { callerOf, NOBODY_THERE, RECORD, type Variables } from "../manufacturing/factory.ts";
import { type FreshDatabase, freshDatabase } from "../support/postgres.ts";
import { newSigner } from "../witness/small-log.ts";

export const ORIGIN = "factory.example/manufacturing";

/** Two witnesses on this machine that trust the logs of a file. */
export interface TwoWitnesses {
  policy: WitnessPolicy;
  running: RunningWitness[];
  trust(vkeys: readonly string[]): Promise<void>;
  /** Ends one, and starts it again on its port. */
  stop(place: number): Promise<void>;
  resume(place: number): Promise<void>;
  /** Takes away what all have seen, but for their keys, and gives it back. */
  forget(): Promise<void>;
  remember(): Promise<void>;
  close(): Promise<void>;
}

export async function twoWitnesses(vkeys: readonly string[]): Promise<TwoWitnesses> {
  const folder = await mkdtemp(join(tmpdir(), "tracegraph-witnesses-"));
  const trustFile = join(folder, "trust");
  const trust = (keys: readonly string[]) =>
    writeFile(trustFile, keys.map((vkey) => `${vkey}\n`).join(""));
  await trust(vkeys);
  const start = (place: number, port = 0) => {
    const name = `witness.example/w${place}`;
    return startWitness({
      ...{ name, trustFile, host: "127.0.0.1", port },
      dataFolder: join(folder, `w${place}`),
    });
  };
  const running = [await start(0), await start(1)];
  const witnesses = running.map(({ name, verifierKey: vkey, url }) => ({ name, vkey, url }));
  const memories = running.map((_, place) => join(folder, `w${place}`, originKey(ORIGIN)));
  return {
    policy: { witnesses, quorum: 2 },
    running,
    trust,
    stop: async (place) => running[place]?.close(),
    async resume(place) {
      running[place] = await start(place, Number(new URL(witnesses[place]?.url ?? "").port));
    },
    forget: () => renameAll(memories, ""),
    remember: () => renameAll(memories, ".away"),
    async close() {
      await Promise.all(running.map((witness) => witness.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** To the other one of two names. */
async function renameAll(paths: readonly string[], ending: "" | ".away"): Promise<void> {
  const other = ending === "" ? ".away" : "";
  for (const path of paths) await rename(`${path}${ending}`, `${path}${other}`);
}

/** A manufacturing service whose log two witnesses cosign, and whoever believes them. */
export interface ProvingFactory {
  database: FreshDatabase;
  witnesses: TwoWitnesses;
  keys: LogKeys;
  policy: Policy;
  /** Answers the data of a document; throws at any error. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document of the test asks for
  ask(document: string, variables?: Variables): Promise<any>;
  /** The codes of what was refused. */
  codes(document: string, variables?: Variables): Promise<unknown[]>;
  record(...rows: Variables[]): Promise<void>;
  /** Resolves when the newest checkpoint has entered all, and both witnesses have seen it. */
  witnessed(): Promise<void>;
  /** Ends the service and starts it again: with other keys, on another database, with another quorum. */
  restart(change?: { keys?: LogKeys; database?: FreshDatabase; quorum?: number }): Promise<void>;
  /** Ends the service alone. */
  stop(): Promise<void>;
  service(): SubgraphService;
  close(): Promise<void>;
}

export function newKeys(): LogKeys {
  return { origin: ORIGIN, signers: [newSigner(ORIGIN)] };
}

export async function openProvingFactory(
  fill: (database: FreshDatabase) => Promise<void> = async () => undefined,
): Promise<ProvingFactory> {
  const database = await freshDatabase("manufacturing");
  await fill(database);
  const keys = newKeys();
  const witnesses = await twoWitnesses(keys.signers.map(({ verifierKey }) => verifierKey));
  const known = keys.signers.map(({ verifierKey }) => verifierKey);
  let watched: LogWitnesses | null = null;
  let service: SubgraphService | null = null;
  const factory: ProvingFactory = {
    ...{ database, witnesses, keys },
    policy: parsePolicy(policyText({ ...witnesses.policy, logs: known })),
    async ask(document, variables) {
      const { data, errors = [] } = await run(factory.service(), document, variables);
      if (errors[0]) throw errors[0];
      return data;
    },
    async codes(document, variables) {
      const { errors = [] } = await run(factory.service(), document, variables);
      return errors.map(({ extensions }) => extensions.code);
    },
    async record(...input) {
      const { recordDevices } = await factory.ask(RECORD, { input });
      if (recordDevices.refused > 0) throw new Error(JSON.stringify(recordDevices.verdicts));
    },
    witnessed: () => witnessed(factory.database),
    async restart({ quorum = 2, ...change } = {}) {
      await factory.stop();
      Object.assign(factory, change);
      const policy = { ...witnesses.policy, quorum };
      const vkeys = factory.keys.signers.map(({ verifierKey }) => verifierKey);
      known.push(...vkeys.filter((vkey) => !known.includes(vkey)));
      await witnesses.trust(known);
      factory.policy = parsePolicy(policyText({ ...policy, logs: known }));
      const { appUrl: databaseUrl } = factory.database;
      watched = openLogWitnesses(policy, { everyMs: 100 });
      const log = { service: "manufacturing", keys: factory.keys, databaseUrl };
      service = await startManufacturing(
        { databaseUrl, ledger: watched.ledgerOf(log), witnessQuorum: watched.quorum },
        { ownership: NOBODY_THERE },
      );
    },
    async stop() {
      await service?.close();
      await watched?.close();
      [service, watched] = [null, null];
    },
    service() {
      if (!service) throw new Error("the service has stopped");
      return service;
    },
    async close() {
      await factory.stop();
      await witnesses.close();
      await database.drop();
    },
  };
  await factory.restart();
  return factory;
}

function run(service: SubgraphService, source: string, variableValues: Variables = {}) {
  const contextValue = service.createContext(callerOf("admin"), { requestId: "r" });
  return graphql({ schema: service.schema, source, variableValues, contextValue });
}

async function witnessed(database: FreshDatabase): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    const [row] = await database.admin<{ due: boolean }>(
      `SELECT EXISTS (SELECT FROM ledger_pending)
         OR EXISTS (SELECT FROM ledger_backfill WHERE NOT is_done)
         OR (SELECT count(*) FROM ledger_cosignature
             WHERE size = (SELECT max(size) FROM ledger_checkpoint)) < 2 AS due`,
    );
    if (row?.due === false) return;
    if (Date.now() > until) throw new Error("the log is not witnessed");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
