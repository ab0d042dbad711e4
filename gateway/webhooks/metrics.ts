import { Counter } from "prom-client";
import { readMetric } from "../../shared/metrics.ts";

/** How a process's dispatcher stands. */
export interface WebhookFigures {
  /** Webhooks of the tenants that this process serves, by what they are: active, failing, failed. */
  webhooks(): Readonly<Record<string, number>>;
  /** The age of the oldest event that was not delivered to some webhook, in seconds. */
  lagSeconds(): number;
}

const deliveries = new Counter({
  name: "tracegraph_webhook_deliveries_total",
  help: "Attempts to deliver an event to a webhook, by outcome (delivered, failed)",
  labelNames: ["outcome"],
});
const dispatchers = new Set<WebhookFigures>();

export function observeDelivery(isDelivered: boolean): void {
  deliveries.inc({ outcome: isDelivered ? "delivered" : "failed" });
}

/** Lets the metrics tell how this dispatcher stands. Answers how to end that. */
export function watchWebhooks(figures: WebhookFigures): () => void {
  dispatchers.add(figures);
  return () => void dispatchers.delete(figures);
}

readMetric({
  kind: "gauge",
  name: "tracegraph_webhooks",
  help: "Webhooks that this process serves, by state (active, failing, failed)",
  labels: ["state"],
  *read() {
    for (const dispatcher of dispatchers) {
      for (const [state, value] of Object.entries(dispatcher.webhooks())) {
        yield { labels: { state }, value };
      }
    }
  },
});
readMetric({
  kind: "gauge",
  name: "tracegraph_webhook_lag_seconds",
  help: "Age of the oldest event that waits to be delivered to some webhook of this process",
  labels: [],
  *read() {
    for (const dispatcher of dispatchers) yield { labels: {}, value: dispatcher.lagSeconds() };
  },
});
