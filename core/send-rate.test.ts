import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayYetSend, nextSendAt, useUp } from './send-rate.ts';

test('without a limit everything may go at once', () => {
  expect(mayYetSend(null, 0, 5)).toBeGreaterThan(1e9);
  expect(nextSendAt(null, useUp(null, 0, 1_000, 5), 5)).toBe(5);
});

test('one second of messages may go at once, then one after another', () => {
  const now = 1_700_000_000_000;
  expect(mayYetSend(4, 0, now)).toBe(4);
  const used = useUp(4, 0, 4, now);
  expect(mayYetSend(4, used, now)).toBe(0);
  expect(nextSendAt(4, used, now)).toBe(now + 250);
  expect(mayYetSend(4, used, now + 250)).toBe(1);
  expect(mayYetSend(4, used, now + 60_000)).toBe(4);
});

test('over any stretch of time no more go than the rate allows, and one second more', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
  const property = fc.property(fc.integer({ min: 1, max: 1_000 }), steps, (rate, pauses) => {
    const start = 1_700_000_000_000;
    let now = start;
    let used = 0;
    let sent = 0;
    for (const pause of pauses) {
      now += pause;
      const may = mayYetSend(rate, used, now);
      used = useUp(rate, used, may, now);
      sent += may;
      expect(nextSendAt(rate, used, now)).toBeGreaterThan(now);
    }
    expect(sent).toBeLessThanOrEqual(rate * ((now - start) / 1_000 + 1) + 1);
  });
  fc.assert(property, { examples: [[905, [0, 249, 351]]] });
});
