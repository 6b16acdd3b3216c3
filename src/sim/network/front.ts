import { connect, createServer, type Server, type Socket } from "node:net";

export interface Front {
  readonly address: string;
  readonly port: number;
  close(): void;
}

/**
 * Opens a loopback address that stands for one server as seen from one origin. A connection is judged when it
 * is made and never again, as security groups do: tracked connections survive a change of rules.
 *
 * A connection that is not admitted is accepted by the kernel and then never answered, since no program can
 * tell the kernel to drop it: the client sees a time-out, though of the first answer and not of the handshake.
 * Where no server listens, the client sees its connection reset.
 */
export function openFront(admits: () => boolean, serverPort: () => number | undefined): Promise<Front> {
  const sockets = new Set<Socket>();
  const receive = (client: Socket) => {
    track(sockets, client);
    // Read and thrown away, or nobody would notice that the client has given up.
    if (!admits()) return void client.resume();
    const port = serverPort();
    if (port === undefined) client.resetAndDestroy();
    else relay(client, track(sockets, connect({ port, host: "127.0.0.1", noDelay: true })));
  };
  const listener = createServer({ noDelay: true }, receive);
  return new Promise((resolve, reject) => {
    listener.once("error", reject).listen(0, "127.0.0.1", () => {
      resolve({ ...boundTo(listener), close: () => closeAll(listener, sockets) });
    });
  });
}

function relay(client: Socket, server: Socket): void {
  client.pipe(server);
  server.pipe(client);
  client.once("error", () => server.destroy());
  client.once("close", () => server.destroy());
  server.once("error", () => client.resetAndDestroy());
}

function track(sockets: Set<Socket>, socket: Socket): Socket {
  sockets.add(socket);
  return socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
}

function boundTo(listener: Server): { address: string; port: number } {
  const bound = listener.address();
  if (bound === null || typeof bound === "string") throw new Error("the front is not bound to a port");
  return { address: bound.address, port: bound.port };
}

function closeAll(listener: Server, sockets: ReadonlySet<Socket>): void {
  listener.close();
  for (const socket of sockets) socket.destroy();
}
