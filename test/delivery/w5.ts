/**
 * W5: many outcomes to ten receivers that refuse for a while; then all are well; then one of ten hangs. Nothing is lost,
 * nine healthy ones keep their places and their speed, everything drains.
 */
import { expect } from 'vitest';
import type { DeliveryConfig } from '../../core/delivery.ts';
import type { TestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';
import { compareSpeeds, type SpeedTerms } from './w5-speed.ts';

export const receiverCount = 10;

/** Ten receivers of one kind, and what can be wrong with them. */
export interface Receivers {
  /** Where each receives. */
  readonly targets: readonly (string | DeliveryConfig)[];
  /** Of the destination of the first, which falls ill. */
  readonly illAddress: string;
  /** Messages of this kind that may be in flight. */
  readonly places: number;
  /** Different outcomes that all of them have. */
  taken(): number;
  /** The same of all but the first. */
  takenByNine(): number;
  /** Of those that nobody can excuse: what a receiver took in while it hung comes again. */
  repeats(): number;
  /** All refuse whatever comes; resolves when each has. */
  refuse(): Promise<void>;
  hasRefused(): Promise<boolean>;
  /** The first one takes nothing more, and says nothing. */
  hang(): Promise<void>;
  isHanging(): Promise<boolean>;
  /** All are well again. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface W5Size {
  /** Outcomes of each phase. */
  readonly outcomes: number;
  /** How long the receivers refuse, and how long the one hangs. */
  readonly failing: () => Promise<void>;
  readonly hanging: () => Promise<void>;
  /** How the speed of the nine is measured afterwards. */
  readonly speed: SpeedTerms;
  readonly withinMs: number;
}

export interface W5Figures {
  /** Deliveries a second, all ten well. */
  readonly perSecond: number;
  /** Speed of the nine while the tenth hangs, as a share of that while it is well: of each round of slices. */
  readonly speedsKept: readonly number[];
  /** Share of their places that the nine had in the claims of the hang. */
  readonly placesKept: number;
  /** Attempts of the nine that failed meanwhile. */
  readonly stumbled: number;
  readonly lost: number;
  readonly repeated: number;
}

export async function runW5(service: TestService, at: Receivers, size: W5Size): Promise<W5Figures> {
  const { outcomes, withinMs } = size;
  const make = (prefix: string) =>
    makeOutcomes(service.url, outcomes, (n) => at.targets[n % receiverCount] ?? '', prefix);
  try {
    await at.refuse();
    await make('failing');
    await size.failing();
    await until(() => at.hasRefused(), withinMs);
    await at.recover();
    await until(() => at.taken() === outcomes, withinMs);

    const began = performance.now();
    await make('well');
    await until(() => at.taken() === 2 * outcomes, withinMs);
    const perSecond = (outcomes / (performance.now() - began)) * 1_000;

    const before = await failuresOfNine(service, at);
    await at.hang();
    const kept = watchPlaces(service, at);
    await make('hanging');
    const healthy = outcomes - Math.ceil(outcomes / receiverCount);
    await until(() => at.taken() >= 2 * outcomes + healthy, withinMs);
    await until(() => at.isHanging(), withinMs);
    const placesKept = kept.end();
    const stumbled = (await failuresOfNine(service, at)) - before;
    await size.hanging();
    await at.recover();
    await until(() => at.taken() === 3 * outcomes, withinMs);
    const lost = 3 * outcomes - at.taken();
    const speedsKept = await compareSpeeds(service, at, size.speed, withinMs);
    return {
      perSecond,
      speedsKept,
      placesKept,
      stumbled,
      lost,
      repeated: at.repeats(),
    };
  } finally {
    await at.close();
  }
}

async function failuresOfNine({ url }: TestService, { illAddress }: Receivers): Promise<number> {
  const { data } = (await call(url, 'GET', '/api/destinations')) as {
    data: { address: string; health: { failure_count: number } }[];
  };
  const nine = data.filter(({ address }) => address !== illAddress);
  return nine.reduce((sum, { health }) => sum + health.failure_count, 0);
}

/** How many of the places that nine of ten have when all are well the tenth still leaves them, claim by claim. */
function watchPlaces({ service }: TestService, { illAddress, places }: Receivers): { end(): number } {
  const { store } = service.ctx;
  const claim = store.claimDeliveries;
  const fair = (places * (receiverCount - 1)) / receiverCount;
  let ill: number | undefined;
  let claims = 0;
  let left = 0;
  Object.assign(store, {
    claimDeliveries: async (input: Parameters<typeof claim>[0]) => {
      const output = await claim(input);
      ill ??= output.destinations.find(({ address }) => address === illAddress)?.id;
      const taken = output.deliveries.filter(({ destination_id }) => destination_id === ill).length;
      const claimed = output.deliveries.length;
      if (claimed > taken) {
        claims += 1;
        // Where fewer were claimed than asked for, the nine got all that was due and lacked no place.
        left += claimed < input.limit ? fair : places - (input.inFlight[ill ?? 0] ?? 0) - taken;
      }
      return output;
    },
  });
  return {
    end() {
      Object.assign(store, { claimDeliveries: claim });
      expect(claims).toBeGreaterThan(0);
      return left / claims / fair;
    },
  };
}
