/** A connection that comes about while its link is being stopped, and is gone again before anybody could close it. */
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../until.ts';
import { openLink } from './open-link.ts';
import { useSharedBroker } from './shared-broker.ts';

/** `connection.open-ok`, the last frame of the handshake. */
const openOk = Buffer.from([1, 0, 0, 0, 0, 0, 5, 0, 10, 0, 41, 0, 0xce]);

/** `connection.close`. */
function makeClose(code: number, text: string): Buffer {
  const words = Buffer.from(text);
  const payload = Buffer.from([0, 10, 0, 50, code >> 8, code & 255, words.length, ...words, 0, 0, 0, 0]);
  return Buffer.from([1, 0, 0, 0, 0, 0, payload.length, ...payload, 0xce]);
}

/** A proxy that tells of the moment in which a connection is open, and closes it in the same breath. */
async function openClosingProxy(brokerPort: number, onOpen: () => void) {
  const gone = Promise.withResolvers<void>();
  const server = createServer((client) => {
    const broker = connect(brokerPort, '127.0.0.1');
    for (const side of [client, broker]) side.on('error', () => {});
    client.pipe(broker);
    client.on('close', () => {
      broker.destroy();
      gone.resolve();
    });
    broker.on('data', (chunk) => {
      if (!chunk.includes(openOk)) {
        client.write(chunk);
        return;
      }
      onOpen();
      client.write(Buffer.concat([chunk, makeClose(320, 'CONNECTION_FORCED - going away')]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, gone: gone.promise };
}

test('a late connection that cannot be closed any more is nobody’s failure', async () => {
  const broker = await useSharedBroker();
  onTestFinished(() => broker.close());
  const failures: unknown[] = [];
  const note = (error: unknown) => failures.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const { port, username, password } = new URL(broker.url);
  let stopping: Promise<void> | undefined;
  const proxy = await openClosingProxy(Number(port || 5672), () => {
    stopping = link.stop();
  });
  const user = `${username || 'guest'}:${password || 'guest'}`;
  const { link } = openLink([`amqp://${user}@127.0.0.1:${proxy.port}`]);
  await until(() => stopping !== undefined);
  await stopping;
  await proxy.gone;
  // A rejection that nobody takes is known at the end of its turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toEqual([]);
  expect(link.standing.state).toBe('stopped');
});
