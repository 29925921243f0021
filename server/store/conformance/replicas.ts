import { expect, it } from 'vitest';
import type { OpenStore } from './describe-store.ts';
import { limitsWith, makeArrivals } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

const deadAfterMs = 8_000;

export function describeReplicas(openStore: OpenStore): void {
  const at = useStore(openStore);
  const beat = (name: string, now: number, role: 'all' | 'api' | 'worker' = 'worker') => {
    const who = { name, role, version: '1', startedAt: name === 'api' ? 1 : 2 };
    return at.store.beatReplica({ ...who, now, deadAfterMs });
  };
  const takeOver = (name: string, now: number) => at.store.takeOverSilent({ name, now, deadAfterMs });

  it('names one leader among those that work, and another when it falls silent', async () => {
    expect(await beat('api', 1_000, 'api')).toMatchObject({ known: false, leader: false });
    expect(await beat('a', 1_000)).toMatchObject({ known: false, leader: true });
    expect(await beat('b', 1_000)).toMatchObject({ leader: false });
    expect(await beat('a', 2_000)).toMatchObject({ known: true, leader: true });
    const later = 2_000 + deadAfterMs + 1;
    expect(await beat('b', later)).toEqual({ known: true, leader: true, silent: 2 });
    expect(await takeOver('b', later)).toMatchObject({ replicas: ['a', 'api'] });
    expect(await beat('b', later)).toEqual({ known: true, leader: true, silent: 0 });
    expect((await at.store.listReplicas()).map(({ name }) => name)).toEqual(['b']);
    expect(await beat('a', 2_000 + deadAfterMs + 2)).toMatchObject({ known: false, leader: true });
  });

  it('gives the work of a dead replica to the living at once, and only its work', async () => {
    const { line, store } = at;
    await line.accept(makeArrivals('a', 2), limitsWith({ maxRequests: 1 }));
    const claim = (owner: string) =>
      store.claimBatches({
        states: ['uploading'],
        now: line.now,
        limit: 1,
        leaseMs: 90_000,
        leaseToken: `of ${owner}`,
        owner,
      });
    await beat('dead', line.now);
    await beat('alive', line.now);
    const held = (await claim('dead')).batches[0];
    const kept = (await claim('alive')).batches[0];
    line.now += deadAfterMs + 1;
    expect((await claim('other')).batches).toEqual([]);
    const none = { replicas: [], batches: 0 };
    expect(await beat('alive', line.now - 1)).toMatchObject({ silent: 0 });
    expect(await takeOver('alive', line.now - 1)).toEqual(none);
    expect(await beat('alive', line.now)).toMatchObject({ silent: 1 });
    expect(await takeOver('alive', line.now)).toEqual({ replicas: ['dead'], batches: 1 });
    expect((await store.getBatch({ id: held?.id ?? 0 }))?.lease_token).toBeNull();
    expect((await store.getBatch({ id: kept?.id ?? 0 }))?.lease_token).toBe('of alive');
    expect((await claim('other')).batches.map(({ id }) => id)).toEqual([held?.id]);
  });

  it('leaves alone who has given a sign between the look and the taking over', async () => {
    await beat('late', 1_000);
    const now = 1_001 + deadAfterMs;
    expect(await beat('alive', now)).toMatchObject({ silent: 1 });
    expect(await beat('late', now)).toMatchObject({ known: true });
    expect(await takeOver('alive', now)).toMatchObject({ replicas: [] });
  });

  it('makes deliveries of a dead replica due, and gives back what one held that leaves', async () => {
    const { line, store } = at;
    await line.accept([...makeArrivals('a', 4)]);
    await line.sendOpen();
    await line.move('openai_processing', 'complete');
    await line.move('openai_completed', 'download');
    await line.settle('downloading');
    await line.deliver();
    await beat('one', line.now);
    await beat('two', line.now);
    expect(await line.claimDeliveries(2, 'one')).toHaveLength(2);
    expect(await line.claimDeliveries(1, 'two')).toHaveLength(1);
    const left = await store.leaveReplica({ name: 'one', now: line.now });
    expect(left).toEqual({ replicas: ['one'], batches: 0 });
    expect(await line.claimDeliveries(9, 'two')).toHaveLength(3);
  });
}
