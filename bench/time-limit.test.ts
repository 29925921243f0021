import { expect, test } from 'vitest';
import { withinTime } from './time-limit.ts';

const never = () => {
  throw new Error('nothing hangs here');
};

test('what ends in time is passed on, a failure as well', async () => {
  expect(await withinTime(60, Promise.resolve(42), () => 'intake', never)).toBe(42);
  await expect(
    withinTime(60, Promise.reject(new Error('2 were lost')), () => 'intake', never),
  ).rejects.toThrow('2 were lost');
});

test('what hangs is ended, and its error says what it was doing', async () => {
  const { promise: hanging, reject } = Promise.withResolvers<never>();
  const end = () => reject(new Error('its programs were ended'));
  await expect(withinTime(0.01, hanging, () => 'apply: ours of pair 2', end)).rejects.toThrow(
    'apply: ours of pair 2 did not end within 0.01 s',
  );
});
