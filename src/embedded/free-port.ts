import { createServer } from "node:net";

/** A TCP port of 127.0.0.1 that was free a moment ago; whoever binds it must be ready to lose the race and ask again. */
export async function findFreePort(): Promise<number> {
  const port = await bindOnce(0);
  if (port === undefined) throw new Error("127.0.0.1 has no free port");
  return port;
}

/** Whether a TCP port of 127.0.0.1 can be bound right now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await bindOnce(port)) !== undefined;
}

/** Binds a port and lets it go; answers with its number, or nothing when it can't be bound. */
function bindOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
