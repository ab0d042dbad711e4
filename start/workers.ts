import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Gateway } from "../gateway/server.ts";
import { log } from "../shared/log.ts";
import {
  mergedMetrics,
  nameProcess,
  openMetrics,
  type ProcessMetrics,
  processMetrics,
  readMetric,
} from "../shared/metrics.ts";
import { flagsForChild } from "./node-flags.ts";
import { type FromWorker, type ToWorker, Waiting, type Work } from "./worker-messages.ts";

const LIMITS = {
  /** A worker that does not tell its metrics by then is left out of them. */
  collectMs: 1_000,
  /** A little longer than a gateway gives what is in flight. */
  stopMs: 15_000,
  /** A worker that lived so long did not die of its start. */
  soundMs: 10_000,
  firstDelayMs: 100,
  delayMs: 10_000,
} as const;

export interface WorkersOptions {
  count: number;
  work: Work;
  /** What the workers read; their port is settled here. */
  environment: Readonly<Record<string, string | undefined>>;
  host: string;
  port: number;
}

/** Starts the workers, and resolves when each of them answers requests. */
export async function startWorkers(options: WorkersOptions): Promise<Gateway> {
  // One port for all, also for those that replace others when none is left.
  const port = options.port === 0 ? await freePort(options.host) : options.port;
  const slots = Array.from(
    { length: options.count },
    (_, index) => new Slot(index + 1, { ...options, port }),
  );
  openMetrics();
  nameProcess("primary");
  tellOf(slots);
  for (const slot of slots) slot.onScrape = () => mergedOf(slots);
  const close = async () => void (await Promise.all(slots.map((slot) => slot.stop())));
  try {
    const [first] = await Promise.all(slots.map((slot) => slot.start()));
    const { url } = first ?? { url: "" };
    return { url, port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Listening {
  url: string;
}

/** The place of one worker. It is filled again whenever its worker ends by itself. */
class Slot {
  deaths = 0;
  onScrape: () => Promise<string> = async () => "";
  private worker: Worker | null = null;
  private isListening = false;
  /** Whether a worker has listened here once: what hinders the first one is told to the person. */
  private isSound = false;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;
  /** Deaths one after the other, each soon after a start. */
  private early = 0;
  private readonly collected = new Waiting<ProcessMetrics>();

  constructor(
    private readonly number: number,
    private readonly options: WorkersOptions,
  ) {}

  /** Resolves when the worker listens; rejects where it cannot. */
  start(): Promise<Listening> {
    const { environment, work, port } = this.options;
    const exec = fileURLToPath(new URL("./worker.js", import.meta.url));
    const execArgv = flagsForChild(process.execArgv, environment);
    cluster.setupPrimary({ exec, execArgv, args: [work, `${this.number}`] });
    const worker = cluster.fork({ ...environment, PORT: `${port}` });
    const began = performance.now();
    this.worker = worker;
    return new Promise((resolve, reject) => {
      worker.on("message", (message: FromWorker) => {
        if (message.kind === "listening") {
          this.isListening = true;
          this.isSound = true;
          log("INFO", "worker-started", { worker: this.number, pid: worker.process.pid });
          resolve({ url: message.url });
        } else if (message.kind === "failed") {
          reject(Object.assign(new Error(message.message), message.facts));
        } else this.receive(message);
      });
      worker.once("exit", (code, signal) => {
        this.isListening = false;
        this.worker = null;
        reject(new Error(`worker ${this.number} ended (${signal ?? code}) before it listened`));
        this.replace({ code, signal, livedMs: performance.now() - began });
      });
    });
  }

  get isUp(): boolean {
    return this.isListening;
  }

  collect(): Promise<ProcessMetrics | null> {
    return this.collected.ask((id) => this.tell({ kind: "collect", id }), LIMITS.collectMs);
  }

  /** Lets the worker finish what is in flight; there is no other one after it. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const { worker } = this;
    if (!worker || worker.isDead()) return;
    const ended = once(worker.process, "exit");
    this.tell({ kind: "stop" });
    const late = setTimeout(() => worker.process.kill("SIGKILL"), LIMITS.stopMs);
    await ended;
    clearTimeout(late);
  }

  private tell(message: ToWorker): void {
    if (this.worker?.isConnected()) this.worker.send(message, () => undefined);
  }

  private receive(message: FromWorker): void {
    if (message.kind === "metrics") this.collected.answer(message.id, message.metrics);
    if (message.kind === "scrape") void this.tellScraped(message.id);
  }

  private async tellScraped(id: number): Promise<void> {
    this.tell({ kind: "scraped", id, text: await this.onScrape() });
  }

  private replace({ code, signal, livedMs }: { code: number; signal: string; livedMs: number }) {
    if (this.isStopping || !this.isSound) return;
    this.deaths++;
    this.early = livedMs < LIMITS.soundMs ? this.early + 1 : 0;
    const delayMs = Math.min(LIMITS.firstDelayMs * 2 ** this.early, LIMITS.delayMs);
    log("ERROR", "worker-ended", { worker: this.number, code, signal, replacedAfterMs: delayMs });
    this.timer = setTimeout(() => {
      // Where it cannot start, its end asks for the next one.
      this.start().catch(() => undefined);
    }, delayMs);
  }
}

async function mergedOf(slots: readonly Slot[]): Promise<string> {
  const up = slots.filter(({ isUp }) => isUp);
  const all = await Promise.all([processMetrics(), ...up.map((slot) => slot.collect())]);
  return mergedMetrics(all.filter((metrics) => metrics !== null));
}

function tellOf(slots: readonly Slot[]): void {
  readMetric({
    kind: "gauge",
    name: "tracegraph_workers_up",
    help: "Workers that answer requests",
    labels: [],
    read: () => [{ labels: {}, value: slots.filter(({ isUp }) => isUp).length }],
  });
  readMetric({
    kind: "counter",
    name: "tracegraph_workers_replaced_total",
    help: "Workers that ended by themselves and were replaced",
    labels: [],
    read: () => [{ labels: {}, value: slots.reduce((sum, { deaths }) => sum + deaths, 0) }],
  });
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}
