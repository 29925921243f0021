/**
 * W5: many outcomes to ten receivers that answer in 1 ms; then 5xx for a while; then one of ten hangs. Nothing is lost,
 * nine healthy ones keep their speed, everything drains.
 */
import { expect } from 'vitest';
import type { TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { makeOutcomes } from './make-outcomes.ts';
import { OutcomeSink } from './outcome-sink.ts';

const receivers = 10;

export interface W5Size {
  /** Outcomes of each phase. */
  readonly outcomes: number;
  /** How long the receivers fail, and how long the one hangs. */
  readonly failing: () => Promise<void>;
  readonly hanging: () => Promise<void>;
  readonly withinMs: number;
}

export interface W5Figures {
  /** Deliveries a second, all ten well. */
  readonly perSecond: number;
  /** Share of their places that the nine kept in the claims of the hang. */
  readonly placesKept: number;
  readonly lost: number;
  readonly repeated: number;
}

export async function runW5(service: TestService, size: W5Size): Promise<W5Figures> {
  const sinks = await Promise.all(
    Array.from({ length: receivers }, () => new OutcomeSink({ answerMs: 1 }).listen()),
  );
  const [ill] = sinks;
  const taken = () => sinks.reduce((sum, sink) => sum + sink.taken.size, 0);
  const make = (prefix: string) =>
    makeOutcomes(service.url, size.outcomes, (n) => sinks[n % receivers]?.url ?? '', prefix);
  try {
    const start = performance.now();
    await make('well');
    await until(() => taken() === size.outcomes, size.withinMs);
    const perSecond = (size.outcomes / (performance.now() - start)) * 1_000;

    for (const sink of sinks) sink.answer = 503;
    await make('failing');
    await size.failing();
    await until(() => sinks.every((sink) => sink.refused > 0), size.withinMs);
    for (const sink of sinks) sink.answer = 'take';
    await until(() => taken() === 2 * size.outcomes, size.withinMs);

    if (ill) ill.answer = 'hang';
    const kept = watchPlaces(service, ill?.url ?? '');
    await make('hanging');
    await until(() => (ill?.hanging ?? 0) > 0, size.withinMs);
    const healthy = size.outcomes - Math.ceil(size.outcomes / receivers);
    await until(() => taken() >= 2 * size.outcomes + healthy, size.withinMs);
    const placesKept = kept.end();
    await size.hanging();
    if (ill) ill.answer = 'take';
    await until(() => taken() === 3 * size.outcomes, size.withinMs);
    const total = sinks.reduce((sum, sink) => sum + sink.total, 0);
    return { perSecond, placesKept, lost: 3 * size.outcomes - taken(), repeated: total - taken() };
  } finally {
    await Promise.all(sinks.map((sink) => sink.close()));
  }
}

/** How many of the places that nine of ten have when all are well they still have, claim by claim. */
function watchPlaces({ service }: TestService, illUrl: string): { end(): number } {
  const { store, settings } = service.ctx;
  const claim = store.claimDeliveries;
  const fair = (settings.DELIVERY_CONCURRENCY * (receivers - 1)) / receivers;
  let ill: number | undefined;
  let claims = 0;
  let held = 0;
  Object.assign(store, {
    claimDeliveries: async (input: Parameters<typeof claim>[0]) => {
      const output = await claim(input);
      ill ??= output.destinations.find(({ address }) => illUrl.startsWith(address))?.id;
      const before = Object.entries(input.inFlight).filter(([id]) => Number(id) !== ill);
      const others = output.deliveries.filter(({ destination_id }) => destination_id !== ill).length;
      // Only claims that had all that they asked for: the others say that there was no work.
      if (output.deliveries.length === input.limit && others > 0) {
        claims += 1;
        held += before.reduce((sum, [, count]) => sum + count, 0) + others;
      }
      return output;
    },
  });
  return {
    end() {
      Object.assign(store, { claimDeliveries: claim });
      expect(claims).toBeGreaterThan(0);
      return held / claims / fair;
    },
  };
}
