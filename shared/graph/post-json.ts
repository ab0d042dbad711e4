import type { Dispatcher } from "undici";

/** One question to another service. */
export interface Post {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  deadlineMs: number;
}
export interface PostAnswer {
  status: number;
  text: string;
}

/**
 * Posts a body and reads the whole answer, within a time. Without streams and signals between the
 * socket and the text, which cost more than all else of a question. Never repeated.
 */
export function postJson(
  pool: Dispatcher,
  { path, headers, body, deadlineMs }: Post,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let controller: Dispatcher.DispatchController | undefined;
    let late: Error | undefined;
    const timer = setTimeout(() => {
      late = new Error(`no answer within ${deadlineMs} ms`);
      controller?.abort(late);
      reject(late);
    }, deadlineMs);
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(begun) {
        controller = begun;
        // It waited for a connection until nobody waited for it.
        if (late) begun.abort(late);
      },
      onResponseStart(_, answered) {
        status = answered;
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        resolve({ status, text: Buffer.concat(chunks).toString("utf8") });
      },
      onResponseError(_, error) {
        clearTimeout(timer);
        reject(error);
      },
    };
    pool.dispatch(
      { method: "POST", path, headers: { ...headers, "content-type": "application/json" }, body },
      handler,
    );
  });
}
