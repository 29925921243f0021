/**
 * What one turn sends over a connection leaves in one piece. A transaction begins, asks and commits with messages of their
 * own, and each write of its own is a call to the system and wakes the server once more.
 */
import type { Duplex } from 'node:stream';
import type { PoolClient } from 'pg';

const gathering = new WeakSet<PoolClient>();

/** Holds back what is written to the connection until the turn ends. */
export function gatherTurn(client: PoolClient): void {
  if (gathering.has(client)) return;
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  gathering.add(client);
  stream.cork();
  process.nextTick(() => {
    gathering.delete(client);
    stream.uncork();
  });
}
