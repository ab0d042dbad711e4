import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Closes connections beyond so many from one address, so that nobody can hold all that the server
 * has. Not for a server behind a proxy, which speaks for everybody from one address. Answers from
 * how many addresses there are connections now.
 */
export function boundConnections(server: Server, most: number): () => number {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "unknown";
    const count = (open.get(address) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
  return () => open.size;
}
