import type { Span as OpenSpan, Tracer } from "@opentelemetry/api";
import { log } from "./log.ts";

/** What a span says of its work. Never a secret, personal data, an identifier of a device, or SQL. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One piece of work in a trace. */
export interface Span {
  set(attributes: Attributes): void;
  /** Marks the work as failed, by the word for its kind of failure. */
  fail(type: string): void;
}
type Work<T> = (span: Span) => Promise<T>;

interface Asked {
  name: string;
  attributes: Attributes;
  /** Of OpenTelemetry's SpanKind: 0 within this process, 1 asked by a client, 2 asking a server. */
  kind: 0 | 1 | 2;
  /** Headers of a request whose trace is continued. */
  from?: Headers;
}
interface Recorder {
  record<T>(asked: Asked, work: Work<T>): Promise<T>;
  headers(): Record<string, string>;
}

const NO_SPAN: Span = { set: () => undefined, fail: () => undefined };
const REASON_CHARACTERS = 300;
const STOP_MS = 3_000;

/** null while nobody wants traces: then each function here is a plain call of the work. */
let recorder: Recorder | null = null;

/** Does the work as a span of the present trace. */
export function traced<T>(name: string, attributes: Attributes, work: Work<T>): Promise<T> {
  return recorder ? recorder.record({ name, attributes, kind: 0 }, work) : work(NO_SPAN);
}

/** The same for work that another process does for this one. */
export function tracedCall<T>(name: string, attributes: Attributes, work: Work<T>): Promise<T> {
  return recorder ? recorder.record({ name, attributes, kind: 2 }, work) : work(NO_SPAN);
}

/** The same for a request that came with these headers: it continues its client's trace. */
export function tracedRequest<T>(
  { name, from }: { name: string; from: Headers },
  attributes: Attributes,
  work: Work<T>,
): Promise<T> {
  return recorder ? recorder.record({ name, from, attributes, kind: 1 }, work) : work(NO_SPAN);
}

/** The headers by which another process continues the present trace. */
export function traceHeaders(): Record<string, string> {
  return recorder?.headers() ?? {};
}

/**
 * Begins to send traces where the standard OTEL_* variables ask for them, which OpenTelemetry itself
 * reads. Its code is loaded only then. Answers how to send the last ones and end.
 */
export async function startTracing(name: string, isWanted: boolean): Promise<() => Promise<void>> {
  if (!isWanted) return async () => undefined;
  const api = await import("@opentelemetry/api");
  const { BatchSpanProcessor, NodeTracerProvider } = await import("@opentelemetry/sdk-trace-node");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const resources = await import("@opentelemetry/resources");
  const told = (reason: string) =>
    log("WARN", "tracing", { reason: reason.slice(0, REASON_CHARACTERS) });
  const quiet = () => undefined;
  api.diag.setLogger(
    { error: told, warn: quiet, info: quiet, debug: quiet, verbose: quiet },
    api.DiagLogLevel.ERROR,
  );
  const provider = new NodeTracerProvider({
    resource: resources
      .defaultResource()
      .merge(resources.resourceFromAttributes({ "service.name": name }))
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  recorder = recorderOf(api, provider.getTracer("tracegraph"));
  return async () => {
    recorder = null;
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, STOP_MS).unref();
    });
    await Promise.race([provider.shutdown().catch(quiet), late]);
  };
}

type Api = typeof import("@opentelemetry/api");

function recorderOf({ context, propagation, SpanStatusCode }: Api, tracer: Tracer): Recorder {
  const spanOf = (open: OpenSpan): Span => ({
    set: (attributes) => void open.setAttributes(attributes),
    fail: (type) => {
      open.setAttribute("error.type", type).setStatus({ code: SpanStatusCode.ERROR });
    },
  });
  // Of what a client sends, the trace is continued; its baggage is not carried.
  const continued = ({ traceparent, tracestate }: Headers) =>
    propagation.extract(context.active(), { traceparent, tracestate });
  return {
    record({ name, attributes, kind, from }, work) {
      const parent = from ? continued(from) : context.active();
      return tracer.startActiveSpan(name, { kind, attributes }, parent, async (open) => {
        const span = spanOf(open);
        try {
          return await work(span);
        } catch (error) {
          // Its message may hold values; its name does not.
          span.fail(error instanceof Error ? error.name : "unknown");
          throw error;
        } finally {
          open.end();
        }
      });
    },
    headers() {
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      return headers;
    },
  };
}
