/** What a claim costs is decided by the destinations that have work, not by those that there are. */
import { expect, it } from 'vitest';
import { claimDeliveries } from '../deliveries/claim-deliveries.ts';
import { connectWriter } from './connect.ts';
import { migrate } from './migrate.ts';
import { newDatabasePath } from './temp-store.for-test.ts';
import { SqliteTx } from './transaction.ts';

class CountingTx extends SqliteTx {
  statements = 0;
  override all<R extends object>(
    sql: string,
    ...params: Parameters<SqliteTx['all']> extends [string, ...infer P] ? P : never
  ) {
    this.statements += 1;
    return super.all<R>(sql, ...params);
  }
  override get<R extends object>(
    sql: string,
    ...params: Parameters<SqliteTx['get']> extends [string, ...infer P] ? P : never
  ) {
    this.statements += 1;
    return super.get<R>(sql, ...params);
  }
}

/** So many destinations, the first `busy` of them with ten requests that are due. */
function fill(count: number, busy: number): CountingTx {
  const db = connectWriter(newDatabasePath());
  migrate(db);
  const destination =
    db.prepare(`insert into destinations (id, type, address, created_at, look_at, blocked_until, breaker)
    values (?, 'webhook', ?, 1, ?, ?, ?)`);
  const request =
    db.prepare(`insert into requests (id, batch_id, batch_key_id, custom_id, content_hash, state, outcome,
      destination_id, delivery, line_bytes, embedding_inputs, estimated_tokens, due_at, created_at, updated_at)
    values (?, 1, 1, ?, x'00', 'delivering', 'succeeded', ?, '{}', 1, 0, 1, 1, 1, 1)`);
  // One commit: each one by itself would be synced to disk.
  db.exec('begin');
  for (let id = 1; id <= count; id++) {
    const blocked = id > busy;
    // What is blocked has work as well, behind its breaker.
    destination.run(
      id,
      `https://${id}.example`,
      blocked ? 9_000 : 1,
      blocked ? 9_000 : 0,
      blocked ? 'open' : 'closed',
    );
    for (let n = 0; n < 10; n++) request.run(id * 10 + n, `${id}-${n}`, id);
  }
  db.exec('commit');
  return new CountingTx(db);
}

const claim = (tx: CountingTx) =>
  claimDeliveries(tx, {
    type: 'webhook',
    now: 100,
    limit: 50,
    leaseMs: 60_000,
    leaseToken: 'one',
    perDestination: 50,
    inFlight: {},
  });

it('costs the same among 1,000 blocked destinations as among none', async () => {
  const alone = fill(2, 2);
  const crowd = fill(1_000, 2);
  expect((await claim(alone)).deliveries).toHaveLength(20);
  expect((await claim(crowd)).deliveries).toHaveLength(20);
  expect(crowd.statements).toBe(alone.statements);
  expect(crowd.statements).toBeLessThanOrEqual(8);
});

it('serves 1,000 busy destinations by turns: each has had one before any has its second', async () => {
  const tx = fill(1_000, 1_000);
  const served = new Map<number, number>();
  for (let turn = 0; turn < 20; turn++) {
    const { deliveries } = await claimDeliveries(tx, {
      type: 'webhook',
      now: 100 + turn,
      limit: 50,
      leaseMs: 60_000,
      leaseToken: 'one',
      perDestination: 50,
      inFlight: {},
    });
    expect(deliveries).toHaveLength(50);
    for (const { destination_id: id } of deliveries) served.set(id, (served.get(id) ?? 0) + 1);
  }
  expect([served.size, Math.max(...served.values())]).toEqual([1_000, 1]);
  expect(tx.statements).toBeLessThanOrEqual(20 * 53);
});
