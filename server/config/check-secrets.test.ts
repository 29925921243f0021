import { expect, test } from 'vitest';
import { checkApiKeys, checkSecretKeyBase, checkWebhookSecret } from './check-secrets.ts';

test.each([
  ['a bare key', 'secret', true],
  ['a full entry', 'app:produce+read:secret', true],
  ['a key with colons', 'app:operate:se:cr:et', true],
  ['two entries', 'app:produce:one, admin:operate:two', true],
  ['an unknown scope', 'app:produce+write:secret', false],
  ['no key', 'app:produce:', false],
  ['no name', ':produce:secret', false],
  ['only a name and a key', 'app:secret', false],
  ['the same name twice', 'app:read:one,app:produce:two', false],
])('API_KEYS with %s', (_, text, good) => {
  expect(checkApiKeys(text) === null).toBe(good);
});

test.each([
  [`whsec_${Buffer.alloc(24, 7).toString('base64')}`, true],
  [Buffer.alloc(32, 7).toString('base64'), true],
  ['whsec_', false],
  ['whsec_c2hvcnQ=', false],
  ['not base64 at all, but long enough', false],
])('WEBHOOK_SECRET %s', (text, good) => {
  expect(checkWebhookSecret(text) === null).toBe(good);
});

test('SECRET_KEY_BASE has 32 characters or more', () => {
  expect(checkSecretKeyBase('x'.repeat(31))).not.toBeNull();
  expect(checkSecretKeyBase('x'.repeat(32))).toBeNull();
});
