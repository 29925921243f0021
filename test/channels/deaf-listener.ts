/**
 * A port that listens and takes nobody: its backlog is full, so the system lets whoever comes wait. The thread that
 * listens stands still until it is told to go on.
 */
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

const listening = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData, 0, 0);
  });
`;
/** Linux takes one more than the backlog; some systems take a few more. */
const fillers = 16;

export interface DeafListener {
  readonly port: number;
  close(): Promise<void>;
}

export async function startDeafListener(): Promise<DeafListener> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(listening, { eval: true, workerData: gate });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const sockets: Socket[] = [];
  // The system answers on its own until the backlog is full: the first proves that it does, the others fill it.
  await new Promise<void>((resolve) => {
    for (let n = 0; n < fillers; n++) {
      const socket = connect(port, '127.0.0.1', resolve);
      socket.on('error', () => {});
      sockets.push(socket);
    }
  });
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      await worker.terminate();
    },
  };
}
