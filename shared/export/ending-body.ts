import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { ExportEnd } from "../graph/subgraph-service.ts";

/** Bytes that wait between the two ends of a body. */
const WAITING_BYTES = 1024 * 1024;

/** A body that says how it ended, and is cut where nothing moves any more. */
export interface EndingBody {
  body: Readable;
  end: Promise<ExportEnd>;
}

export interface EndingBodyOptions {
  silenceMs: number;
  /** How many rows were written, once the pieces have ended. May reject: then the body fails. */
  rows: (end: Omit<ExportEnd, "rows">) => Promise<number>;
  /** Is called once, whichever way it ends. */
  over: (isWhole: boolean) => void;
}

/** Makes a body of pieces. It ends well only where all of them were read. */
export function endingBody(
  pieces: AsyncGenerator<Uint8Array>,
  { silenceMs, rows, over }: EndingBodyOptions,
): EndingBody {
  const { promise: end, resolve, reject } = withResolvers<ExportEnd>();
  // Whoever reads the body alone learns of its end there.
  end.catch(() => undefined);
  const hash = createHash("sha256");
  let bytes = 0;
  let isWhole = false;
  let movedAt = performance.now();
  async function* noting(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      movedAt = performance.now();
      hash.update(piece);
      bytes += piece.length;
      if (piece.length > 0) yield piece;
    }
    const ended = { bytes, sha256: hash.digest("hex") };
    const counted = await rows(ended);
    isWhole = true;
    resolve({ rows: counted, ...ended });
  }
  const body = Readable.from(noting(), { objectMode: false, highWaterMark: WAITING_BYTES });
  const watch = setInterval(() => {
    if (performance.now() - movedAt < silenceMs) return;
    body.destroy(new Error(`nothing moved for ${silenceMs} ms`));
  }, silenceMs / 4).unref();
  body.on("error", reject);
  body.once("close", () => {
    clearInterval(watch);
    reject(new Error("the export was cut"));
    over(isWhole);
  });
  return { body, end };
}

/** Promise.withResolvers, which Node 20 has not. */
function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
