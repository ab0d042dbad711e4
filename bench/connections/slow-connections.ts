import { connect, type Socket } from "node:net";

/** Connections that never finish a request. Whoever is dropped comes again, until it is over. */
export interface SlowConnections {
  open(): number;
  /** How often one was dropped. */
  dropped(): number;
  stop(): void;
}

const HEAD = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

/** A third of them sends nothing, a third slow headers, a third a slow body. */
export function openSlowConnections(port: number, count: number, token: string): SlowConnections {
  const begins = [
    "",
    HEAD,
    `${HEAD}authorization: Bearer ${token}\r\ncontent-length: 100000\r\n\r\n{`,
  ];
  const sockets = new Set<Socket>();
  let dropped = 0;
  let isOver = false;
  const open = (n: number): void => {
    if (isOver) return;
    const socket = connect(port, "127.0.0.1");
    sockets.add(socket);
    socket.on("error", () => undefined).resume();
    const begin = begins[n % begins.length] ?? "";
    if (begin) socket.write(begin);
    const timer = setInterval(() => begin && socket.write("x"), 1_000);
    socket.once("close", () => {
      clearInterval(timer);
      sockets.delete(socket);
      dropped++;
      setTimeout(() => open(n), 200).unref();
    });
  };
  for (let n = 0; n < count; n++) open(n);
  return {
    open: () => sockets.size,
    dropped: () => dropped,
    stop() {
      isOver = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
