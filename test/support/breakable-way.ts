import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server that can break: connections through it end in the middle of a request. */
export interface BreakableWay {
  url: string;
  /** How many of the next questions are cut off after they were sent, and before any answer. */
  breakNext: number;
  /** Questions that were asked on this way; a gateway asks for erasures too, whenever it likes. */
  requests: number;
  close(): Promise<void>;
}

/** Opens a way to the server of this URL. */
export async function breakableWay(url: string): Promise<BreakableWay> {
  const { port: target, pathname } = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target), "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    client.on("data", (chunk: Buffer) => {
      const isQuestion = chunk.toString("latin1").startsWith(`POST ${pathname} `);
      if (isQuestion) way.requests++;
      if (isQuestion && way.breakNext > 0) {
        way.breakNext--;
        client.destroy();
        upstream.destroy();
        return;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => client.write(chunk));
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const way: BreakableWay = {
    url: `http://127.0.0.1:${port}${pathname}`,
    breakNext: 0,
    requests: 0,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return way;
}
