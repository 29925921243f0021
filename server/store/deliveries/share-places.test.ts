import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharePlaces } from './share-places.ts';

const contender = (id: number, inFlight: number, most = 50) => ({ id, inFlight, most });

test('free places go to whoever has the fewest in flight', () => {
  expect(Object.fromEntries(sharePlaces([contender(1, 5), contender(2, 0), contender(3, 4)], 6))).toEqual({
    2: 5,
    3: 1,
  });
});

test('however many hang, and however little work the others had, one that comes new finds a place', () => {
  const inFlight = new Map<number, number>();
  let free = 50;
  for (let id = 1; id <= 6; id++) {
    // Each of them alone has more to send than there are places, and never gets an answer.
    const taken = sharePlaces([contender(id, 0, 50)], free).get(id) ?? 0;
    expect([id, taken > 0 || free === 0]).toEqual([id, true]);
    inFlight.set(id, taken);
    free -= taken;
  }
  expect(inFlight.get(1)).toBe(45);
  expect(inFlight.get(2)).toBeGreaterThan(0);
});

test('never more than there are, than each may have, or than eight times what is left', () => {
  const contenders = fc.array(
    fc.record({ inFlight: fc.integer({ min: 0, max: 60 }), most: fc.integer({ min: 0, max: 60 }) }),
    { maxLength: 30 },
  );
  const property = fc.property(contenders, fc.integer({ min: 0, max: 60 }), (drawn, places) => {
    const all = drawn.map((one, id) => ({ id, ...one }));
    const quotas = sharePlaces(all, places);
    const given = [...quotas.values()].reduce((sum, count) => sum + count, 0);
    expect(given).toBeLessThanOrEqual(places);
    for (const [id, count] of quotas) {
      const { inFlight = 0, most = 0 } = all[id] ?? {};
      expect(inFlight + count).toBeLessThanOrEqual(Math.max(most, inFlight));
      expect(inFlight + count).toBeLessThanOrEqual(8 * places);
    }
  });
  fc.assert(property);
});
