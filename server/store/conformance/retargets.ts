/** One request gets another destination, wherever it stands. */
import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { makeArrivals, notDelivered } from './make-arrivals.ts';
import { recount } from './recount.ts';
import { useStore } from './use-store.ts';

const there = { type: 'webhook', address: 'https://elsewhere.example' } as const;
const delivery = JSON.stringify({ type: 'webhook', webhook_url: `${there.address}/take` });
const nowhere = { delivery: '{"type":"none"}', destination: null };

export function describeRetargets(openStore: OpenStore): void {
  const t = useStore(openStore);
  const request = (customId: string) => t.store.getRequest({ customId });
  const retarget = (customId: string, over: object = {}) =>
    t.store.retargetRequest({
      customId,
      delivery,
      destination: there,
      actor: 'ann',
      now: t.line.now,
      ...over,
    });

  it('before there is an outcome: the outcome goes there, or to nobody', async () => {
    await t.line.accept([...makeArrivals('a', 3), ...makeArrivals('n', 1, notDelivered)]);
    expect(await retarget('nobody')).toEqual({ kind: 'not_found' });
    expect(await retarget('a1')).toEqual({ kind: 'retargeted' });
    expect(await retarget('a2', nowhere)).toEqual({ kind: 'retargeted' });
    expect(await retarget('n1')).toEqual({ kind: 'retargeted' });
    await t.line.sendOpen();
    await t.line.finish();
    const sent = await t.line.claimDeliveries();
    const to = new Map(sent.map((one) => [one.custom_id, one.delivery]));
    expect([...to.keys()].sort()).toEqual(['a1', 'a3', 'n1']);
    expect([to.get('a1'), to.get('n1')]).toEqual([delivery, delivery]);
    expect(to.get('a3')).not.toBe(delivery);
    expect((await request('a2'))?.state).toBe('openai_processed');
    await t.line.recordDeliveries(sent);
    expect(await recount(t.store)).toEqual([]);
  });

  it('while it is handed over: the attempt under way goes to the old one, the next to the new', async () => {
    await t.line.accept(makeArrivals('a', 1));
    await t.line.sendOpen();
    await t.line.finish();
    const first = await t.line.claimDeliveries();
    expect(await retarget('a1')).toEqual({ kind: 'retargeted' });
    expect(await t.line.claimDeliveries()).toEqual([]);
    await t.line.recordDeliveries(first, 'again');
    t.line.now += 10_000;
    const [second] = await t.line.claimDeliveries();
    expect(second).toMatchObject({ custom_id: 'a1', delivery });
    expect(second?.destination_id).not.toBe(first[0]?.destination_id);
    expect(await retarget('a1', nowhere)).toEqual({ kind: 'too_late', state: 'delivering' });
    await t.line.recordDeliveries(second ? [second] : []);
    const attempts = await t.store.listAttempts({ requestId: second?.id ?? 0, limit: 10 });
    expect(attempts.map((attempt) => attempt.delivery === delivery)).toEqual([true, false]);
    expect(await recount(t.store)).toEqual([]);
  });

  it('after the end: a redelivery goes there; what was only fetched is sent at once, and its batch ends anew', async () => {
    await t.line.accept([...makeArrivals('a', 1), ...makeArrivals('n', 2, notDelivered)]);
    const { id } = await t.line.sendOpen();
    await t.line.finish();
    await t.line.handOver('give_up');
    expect(await retarget('a1')).toEqual({ kind: 'retargeted' });
    expect(await t.line.claimDeliveries()).toEqual([]);
    await t.store.redeliverRequest({ customId: 'a1', actor: 'ann', now: t.line.now });
    expect(await retarget('n1')).toEqual({ kind: 'retargeted' });
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'delivering', delivering_count: 2 });
    const sent = await t.line.claimDeliveries();
    expect(sent.map((one) => [one.custom_id, one.delivery]).sort()).toEqual([
      ['a1', delivery],
      ['n1', delivery],
    ]);
    expect(await t.line.recordDeliveries(sent)).toEqual([id]);
    expect(await t.store.getBatch({ id })).toMatchObject({ state: 'done', hand_over: 'delivered' });
    expect(await recount(t.store)).toEqual([]);
  });
}
