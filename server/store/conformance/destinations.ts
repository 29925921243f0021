import { expect, it } from 'vitest';
import { breakerOpensAfter } from '../../../core/breaker.ts';
import type { ClaimedDelivery } from '../deliveries/claim-deliveries.ts';
import type { OpenStore } from './describe-store.ts';
import { leaseMs, type Taking } from './line.ts';
import { makeArrivals } from './make-arrivals.ts';
import { useStore } from './use-store.ts';

export function describeDestinations(openStore: OpenStore): void {
  const t = useStore(openStore);
  const at = (name: string) => ({ destination: { type: 'webhook', address: `https://${name}.example` } });
  const ids = (deliveries: readonly ClaimedDelivery[]) => deliveries.map(({ custom_id }) => custom_id);

  /** Outcomes of `a` and `b` on their way. */
  async function delivering(count: number): Promise<void> {
    await t.line.accept([...makeArrivals('a', count, at('a')), ...makeArrivals('b', 2, at('b'))]);
    await t.line.sendOpen();
    await t.line.finish();
  }

  async function record(deliveries: readonly ClaimedDelivery[], taking: Taking, probe = false) {
    await t.line.recordDeliveries(deliveries, taking, 'sender', probe);
  }

  /** Lets the next message to `a` fail. */
  async function failA(): Promise<void> {
    const a = (await t.store.getRequest({ customId: 'a1' }))?.destination_id;
    const b = (await t.store.getRequest({ customId: 'b1' }))?.destination_id ?? 0;
    const fixed = { type: 'webhook', now: t.line.now, limit: 1, leaseMs, leaseToken: 'sender' } as const;
    const { deliveries } = await t.store.claimDeliveries({
      ...fixed,
      perDestination: 1,
      inFlight: { [b]: 1 },
    });
    expect(deliveries.map((d) => d.destination_id)).toEqual([a]);
    await record(deliveries, 'again');
  }

  async function breakA(): Promise<void> {
    for (let failed = 0; failed < breakerOpensAfter.failures; failed++) await failA();
    t.line.now += breakerOpensAfter.lastingMs;
    await failA();
  }

  it('lets one probe at a time through an open breaker, and its neighbours pass', async () => {
    await delivering(20);
    await breakA();
    const neighbours = await t.line.claimDeliveries();
    expect(ids(neighbours).sort()).toEqual(['b1', 'b2']);
    await record(neighbours, 'delivered');
    t.line.now += 30_000;
    const [probe, ...others] = await t.line.claimDeliveries();
    expect(others).toEqual([]);
    expect(await t.line.claimDeliveries()).toEqual([]);
    const before = probe?.delivery_tries;
    await record(probe ? [probe] : [], 'again', true);
    const row = await t.store.getRequest({ customId: probe?.custom_id ?? '' });
    expect(row).toMatchObject({ state: 'delivering', delivery_tries: before });
    t.line.now += 30_000;
    expect(await t.line.claimDeliveries()).toEqual([]);
    t.line.now += 30_000;
    await record(await t.line.claimDeliveries(), 'delivered', true);
    expect((await t.line.claimDeliveries()).length).toBeGreaterThan(5);
  });

  it('sends another probe when the sender of the last one is gone', async () => {
    await delivering(20);
    await breakA();
    await record(await t.line.claimDeliveries(), 'delivered');
    t.line.now += 30_000;
    expect(await t.line.claimDeliveries()).toHaveLength(1);
    t.line.now += leaseMs;
    expect(await t.line.claimDeliveries()).toHaveLength(1);
  });

  it('looks at no destination that has nothing to send, and at each when something falls due', async () => {
    await delivering(3);
    await t.line.handOver('again');
    expect(await t.line.claimDeliveries()).toEqual([]);
    t.line.now += 500;
    expect(await t.line.claimDeliveries()).toHaveLength(5);
  });

  it('finds a destination again that fell out of the round', async () => {
    await delivering(1);
    await t.line.handOver();
    expect(await t.store.wakeForgotten({ now: t.line.now })).toBe(0);
    await t.store.redeliverRequest({ customId: 'a1', actor: 'ann', now: t.line.now });
    expect(await t.line.claimDeliveries()).toHaveLength(1);
  });
}
