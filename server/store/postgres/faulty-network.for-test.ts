/** Stands between a store and its server, and fails as networks do: without a word. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';

export interface FaultyNetwork {
  /** The server, through it. */
  readonly url: string;
  /** What is connected hears nothing any more, and is not told so. */
  silence(): void;
  /** The same for whoever connects from now on. */
  silenceNew(): void;
  /** Whoever connects from now on is heard. */
  heal(): void;
}

/** @param rewrite changes what the server says */
export async function startFaultyNetwork(
  url: string,
  rewrite: (said: Buffer) => Buffer = (said) => said,
): Promise<FaultyNetwork> {
  const there = new URL(url);
  const silent = new Set<Socket>();
  const open = new Set<Socket>();
  let isSilent = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(there.port || 5432), there.hostname);
    open.add(near);
    if (isSilent) silent.add(near);
    near.on('data', (said) => silent.has(near) || far.write(said));
    far.on('data', (said) => silent.has(near) || near.write(rewrite(said)));
    near.on('close', () => open.delete(near));
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      for (const event of ['end', 'close']) socket.on(event, () => silent.has(near) || end());
    }
    ending.push(async () => end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: through.href,
    silence() {
      for (const socket of open) silent.add(socket);
    },
    silenceNew() {
      isSilent = true;
    },
    heal() {
      isSilent = false;
    },
  };
}

const ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});
