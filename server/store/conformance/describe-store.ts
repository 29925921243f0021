/**
 * What every store must do, whichever database is behind it. Held to behaviour through the store's own methods,
 * with the time passed in.
 */
import { describe } from 'vitest';
import type { Store } from '../store.ts';
import { describeCapacity } from './capacity.ts';
import { describeConsole } from './console.ts';
import { describeDeliveries } from './deliveries.ts';
import { describeDestinations } from './destinations.ts';
import { describeHistories } from './histories.ts';
import { describeIntake } from './intake.ts';
import { describeLateFacts } from './late-facts.ts';
import { describeMoves } from './moves.ts';
import { describePrices } from './prices.ts';
import { describeReads } from './reads.ts';
import { describeRecovery } from './recovery.ts';
import { describeRepeats } from './repeats.ts';
import { describeReplicas } from './replicas.ts';
import { describeResults } from './results.ts';
import { describeRetargets } from './retargets.ts';
import { describeUpkeep } from './upkeep.ts';

/** Opens a store on an empty database; the suite closes it. */
export type OpenStore = () => Promise<Store>;

export function describeStore(name: string, openStore: OpenStore): void {
  describe(`${name} store`, () => {
    describe('intake', () => describeIntake(openStore));
    describe('moves', () => describeMoves(openStore));
    describe('capacity', () => describeCapacity(openStore));
    describe('late facts', () => describeLateFacts(openStore));
    describe('results', () => describeResults(openStore));
    describe('recovery', () => describeRecovery(openStore));
    describe('deliveries', () => describeDeliveries(openStore));
    describe('destinations', () => describeDestinations(openStore));
    describe('other targets', () => describeRetargets(openStore));
    describe('redelivery and restart', () => describeRepeats(openStore));
    describe('replicas', () => describeReplicas(openStore));
    describe('reads', () => describeReads(openStore));
    describe('upkeep', () => describeUpkeep(openStore));
    describe('figures and actions', () => describeConsole(openStore));
    describe('prices', () => describePrices(openStore));
    describe('histories', () => describeHistories(openStore));
  });
}
