import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A network between two processes, which can be cut. */
export interface TcpProxy {
  /** Where to connect instead of the target, on 127.0.0.1. */
  readonly port: number;
  /** From now on nothing passes: what is sent stays on its way, new connections are made and never answered. Nobody is told. */
  cut(): void;
  /** Everything passes again, what was on its way first. */
  mend(): void;
  /** Ends it with every connection. */
  close(): Promise<void>;
}

/** Stands before `127.0.0.1:targetPort`. A port of the proxy's own is taken, and kept while the target comes and goes. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let isCut = false;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  };
  const join = (client: Socket): void => {
    if (client.destroyed) return;
    const target = keep(connect(targetPort, "127.0.0.1"));
    client.pipe(target).pipe(client);
    client.on("close", () => target.destroy());
    target.on("close", () => client.destroy());
  };
  const server = createServer((client) => {
    keep(client).setNoDelay(true);
    if (isCut) waiting.push(() => join(client));
    else join(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      isCut = false;
      for (const socket of sockets) socket.resume();
      for (const joinNow of waiting.splice(0)) joinNow();
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
