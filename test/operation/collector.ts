import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** One span as a collector gets it. */
export interface CollectedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  kind: number;
  attributes: Record<string, unknown>;
  isFailed: boolean;
}
export interface Collector {
  url: string;
  spans: CollectedSpan[];
  /** All bodies as they came. */
  bodies: string[];
  close(): Promise<void>;
}

interface Exported {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: ExportedSpan[] }[];
  }[];
}
interface ExportedSpan extends Omit<CollectedSpan, "service" | "attributes" | "isFailed"> {
  attributes: Attribute[];
  status: { code?: number };
}
interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

/** A collector of traces that takes OTLP over HTTP as JSON. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method === "POST" && request.url === "/v1/traces") {
      bodies.push(body);
      spans.push(...readSpans(JSON.parse(body) as Exported));
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bodies,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function readSpans({ resourceSpans }: Exported): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(readAttributes(resource.attributes)["service.name"]);
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ attributes, status, ...span }) => ({
        ...span,
        service,
        attributes: readAttributes(attributes),
        isFailed: status.code === 2,
      }));
  });
}

function readAttributes(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
