import type { BenchProcess } from "./bench-process.ts";
import type { VariantName } from "./options.ts";

/** One HTTP request for one device. */
export interface WalkRequest {
  method: "GET" | "POST";
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

/** A variant that answers now. */
export interface Serving {
  origin: string;
  processes: readonly BenchProcess[];
  requestFor(connhexId: string): WalkRequest;
  /** The device of an answer, in the shape of the product's own Walk. */
  deviceOf(answer: unknown): unknown;
}

/** One way of answering the same question. */
export interface Variant {
  name: VariantName;
  start(): Promise<Serving>;
}

/** Stops the variant's processes, the one that was started last first. */
export async function stopServing({ processes }: Serving): Promise<void> {
  for (const process of [...processes].reverse()) await process.stop();
}

/** The device of a GraphQL answer that has no errors. */
export function deviceOfData(answer: unknown): unknown {
  const { data, errors } = answer as { data?: { device?: unknown }; errors?: unknown };
  if (errors || !data?.device)
    throw new Error(`no device: ${JSON.stringify(answer).slice(0, 500)}`);
  return data.device;
}
