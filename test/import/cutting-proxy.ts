import { createServer, request } from "node:http";

/** A way to a gateway that is cut after some answers, until it is opened again. */
export interface CuttingProxy {
  url: string;
  open(): void;
  close(): Promise<void>;
}

/** Passes on so many answers to batches. What comes then reaches the gateway, and its answer nobody. */
export async function cuttingProxy(target: string, answers: number): Promise<CuttingProxy> {
  let left = answers;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const isBatch = /recordDevices|provisionDevices/.test(body.toString());
      if (isBatch) left -= 1;
      const isCut = isBatch && left < 0;
      const { method, headers } = incoming;
      const onward = request(`${target}${incoming.url}`, { method, headers }, (answer) => {
        if (isCut) {
          answer.resume();
          answer.on("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    open() {
      left = Number.POSITIVE_INFINITY;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
