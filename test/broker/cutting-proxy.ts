/** A TCP proxy before a broker (or anything else) that cuts, refuses, or swallows, when it is told to. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Connections that are open now. */
  open(): number;
  /** Connections made since the beginning. */
  made(): number;
  /** Ends every connection, without a word. */
  cut(): void;
  /** From now on new connections are ended at once, until `allow`. */
  refuse(): void;
  allow(): void;
  /** From now on nothing passes any more in the direction of the broker; connections stay. */
  swallow(): void;
  /** Calls back after so many more bytes have passed in the direction of the broker. */
  afterBytes(count: number, act: () => void): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let made = 0;
  let refusing = false;
  let swallowing = false;
  let watch: { left: number; act: () => void } | undefined;
  const count = (length: number) => {
    if (!watch) return;
    watch.left -= length;
    if (watch.left > 0) return;
    const { act } = watch;
    watch = undefined;
    act();
  };
  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => {});
    if (refusing) {
      client.destroy();
      return;
    }
    made += 1;
    const broker = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair = [client, broker] as const;
    pairs.add(pair);
    broker.on('error', () => client.destroy());
    client.on('data', (chunk) => {
      if (!swallowing) broker.write(chunk);
      count(chunk.length);
    });
    broker.on('data', (chunk) => client.write(chunk));
    for (const socket of pair) {
      socket.on('close', () => {
        pairs.delete(pair);
        for (const side of pair) side.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const [client, broker] of pairs) {
      client.resetAndDestroy();
      broker.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    open: () => pairs.size,
    made: () => made,
    cut,
    refuse() {
      refusing = true;
    },
    allow() {
      refusing = false;
      swallowing = false;
    },
    swallow() {
      swallowing = true;
    },
    afterBytes(left, act) {
      watch = { left, act };
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
