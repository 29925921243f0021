/** Room that is given back while another batch finds none: on one writer they cannot meet, on PostgreSQL they do. */
import { expect, it, onTestFinished } from 'vitest';
import type { CapRules } from '../../../core/capacity/caps.ts';
import { until } from '../../../test/until.ts';
import { Line } from '../conformance/line.ts';
import { makeArrivals } from '../conformance/make-arrivals.ts';
import { withConnection } from './migrate.ts';
import { openPostgresStore } from './open-postgres-store.ts';
import { makeTempDatabase } from './temp-database.for-test.ts';

const credentials = 'mine';
/** Room for one of the two: each request counts ten tokens. */
const rules: CapRules = { overrides: { '': 100 }, tier: null };

async function openLine(): Promise<{ url: string; line: Line }> {
  const url = await makeTempDatabase();
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  return { url, line: new Line(store) };
}

async function upload(line: Line, name: string): Promise<number> {
  await line.accept(makeArrivals(name, 6, { model: 'gpt-4o-mini' }));
  const [open] = await line.store.listBatches({ states: ['building'], cursor: null, limit: 1 });
  await line.close(open?.id ?? 0);
  line.now += 1;
  await line.move('uploading', 'upload', {
    facts: { openai_input_file_id: `file-${name}`, provider_credentials: credentials },
  });
  return open?.id ?? 0;
}

async function ask(line: Line) {
  const held = await line.claim('uploaded');
  const { batch, leaseToken } = held ?? { batch: { id: 0 }, leaseToken: '' };
  const pace = { creationsPerHour: 2_000, spread: 0.5, faster: 1, now: line.now };
  return line.store.admitBatch({ batchId: batch.id, leaseToken, rules, ...pace });
}

it('wakes a batch that was about to wait when room was given back', async () => {
  const { url, line } = await openLine();
  const first = await upload(line, 'a');
  expect(await ask(line)).toMatchObject({ kind: 'admitted' });
  const move = { batchId: first, actor: 'test', now: line.now } as const;
  await line.store.advanceBatch({ ...move, move: 'submit', facts: { submit_intent_at: null } });
  const second = await upload(line, 'b');
  await withConnection(url, (holder) =>
    withConnection(url, async (onlooker) => {
      const waiting = async () => {
        const sql = `select count(*) as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        return Number((await onlooker.query<{ n: string }>(sql)).rows[0]?.n);
      };
      // It has looked at the ledger by the time it counts creations.
      await holder.query('begin; lock table creation_counts in access exclusive mode');
      const asking = ask(line);
      await until(async () => (await waiting()) === 1);
      let done = false;
      const completing = line.store.advanceBatch({ ...move, move: 'complete', now: line.now }).finally(() => {
        done = true;
      });
      await until(async () => done || (await waiting()) === 2);
      await holder.query('rollback');
      expect(await asking).toMatchObject({ kind: 'waiting', batch: { waiting_for: 'room' } });
      await completing;
    }),
  );
  expect(await line.store.getBatch({ id: second })).toMatchObject({ waiting_for: 'room', due_at: line.now });
});
