import type { ServerResponse } from "node:http";
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, register } from "prom-client";
import { openDatabases } from "./postgres/database.ts";
import { watchedSizes } from "./watched-sizes.ts";

/** Upper bounds of the latencies that are counted, in seconds: a request lasts 25 s at most. */
export const LATENCY_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25,
];

/** One figure with its labels, as it is at the moment. */
export interface Reading {
  labels: Readonly<Record<string, string>>;
  value: number;
}
export interface ReadMetric {
  kind: "gauge" | "counter";
  name: string;
  help: string;
  labels: readonly string[];
  read: () => Iterable<Reading>;
}

/** Declares a metric that costs nothing until it is asked for. Each name once a process. */
export function readMetric({ kind, name, help, labels, read }: ReadMetric): void {
  const Metric = kind === "gauge" ? Gauge : Counter;
  new Metric({
    name,
    help,
    labelNames: [...labels],
    collect() {
      this.reset();
      for (const { labels: of, value } of read()) this.inc(of, value);
    },
  });
}

let isOpen = false;

/** Declares what every process tells: itself, its event loop, its PostgreSQL pools, its caches. */
export function openMetrics(): void {
  if (isOpen) return;
  isOpen = true;
  collectDefaultMetrics();
  readMetric({
    kind: "gauge",
    name: "tracegraph_pool_connections",
    help: "Connections to PostgreSQL, by service and state (in_use, idle)",
    labels: ["service", "state"],
    *read() {
      for (const [service, { inUse, idle }] of poolUsage()) {
        yield { labels: { service, state: "in_use" }, value: inUse };
        yield { labels: { service, state: "idle" }, value: idle };
      }
    },
  });
  readMetric({
    kind: "gauge",
    name: "tracegraph_pool_waiting",
    help: "Statements and transactions that wait for a connection to PostgreSQL, by service",
    labels: ["service"],
    *read() {
      for (const [service, { waiting }] of poolUsage()) {
        yield { labels: { service }, value: waiting };
      }
    },
  });
  readMetric({
    kind: "gauge",
    name: "tracegraph_cache_entries",
    help: "Entries of the bounded caches, by cache",
    labels: ["cache"],
    *read() {
      for (const [cache, value] of watchedSizes()) yield { labels: { cache }, value };
    },
  });
}

function poolUsage(): Map<string, { inUse: number; idle: number; waiting: number }> {
  const usage = new Map<string, { inUse: number; idle: number; waiting: number }>();
  for (const database of openDatabases) {
    const sum = usage.get(database.service) ?? { inUse: 0, idle: 0, waiting: 0 };
    const { inUse, idle, waiting } = database.usage();
    usage.set(database.service, {
      inUse: sum.inUse + inUse,
      idle: sum.idle + idle,
      waiting: sum.waiting + waiting,
    });
  }
  return usage;
}

/** A process's metrics on their way to another one. */
export type ProcessMetrics = readonly object[];

/** Names this process in all its metrics, where several answer for one another. */
export function nameProcess(worker: string): void {
  register.setDefaultLabels({ worker });
}

export function processMetrics(): Promise<ProcessMetrics> {
  return register.getMetricsAsJSON();
}

/**
 * The metrics of several processes as one text. They stay apart by the label `worker`: a sum would
 * fall when a worker is replaced, which Prometheus takes for a restart of everything.
 */
export function mergedMetrics(all: readonly ProcessMetrics[]): Promise<string> {
  const apart = all.map((metrics) => metrics.map((one) => ({ ...one, aggregator: "sum" })));
  return AggregatorRegistry.aggregate(apart).metrics();
}

/** The metrics of this process, as Prometheus reads them. */
export function metricsText(): Promise<string> {
  return register.metrics();
}

export function sendMetrics(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    "content-type": register.contentType,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}
