import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** How a network is cut: with resets; without a word; or only the way back, so that answers are lost. */
export const CUTS = ["RESET", "SILENT", "ANSWERS_LOST"] as const;
export type Cut = (typeof CUTS)[number];

/** A TCP way to a server of this machine that can be cut and restored. */
export interface CuttableWay {
  url: string;
  cut(how: Cut): void;
  restore(): void;
  /** Answers that were on their way, or came, while only the way back was cut. */
  answersLost: number;
  close(): Promise<void>;
}

/** Opens a way to the server of this URL. */
export async function cuttableWay(url: string): Promise<CuttableWay> {
  const target = Number(new URL(url).port);
  const open = new Set<Socket>();
  let cut: Cut | null = null;
  const destroyAll = () => {
    for (const socket of open) socket.destroy();
  };
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (cut === "RESET") {
      client.destroy();
      return;
    }
    const upstream = connect(target, "127.0.0.1");
    keep(upstream);
    client.on("data", (bytes) => {
      if (cut !== "SILENT") upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      if (cut === "ANSWERS_LOST") way.answersLost++;
      if (cut === null) client.write(bytes);
    });
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const way: CuttableWay = {
    url: `http://127.0.0.1:${port}`,
    answersLost: 0,
    cut(how) {
      cut = how;
      if (how === "RESET") destroyAll();
    },
    restore() {
      cut = null;
      // What was lost on the way does not come after all.
      destroyAll();
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, "close");
    },
  };
  return way;
}
