import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readEnvFile } from './env-file.ts';
import { type Environment, inspectSettings, readSettings } from './read-settings.ts';
import { settingSpecs } from './settings.ts';

const key = { OPENAI_API_KEY: 'sk-a' };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function complaintsOf(env: Environment): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

test('a key is all that is needed', () => {
  const { settings, sources } = readSettings(key);
  expect(settings.PORT).toBe(4000);
  expect(sources.PORT).toBe('default');
  expect(sources.OPENAI_API_KEY).toBe('environment');
});

test('everything that is wrong is told at once, and no secret is', () => {
  const complaints = complaintsOf({
    PORT: 'four',
    BATCH_MAX_REQUESTS: '0',
    SUBMIT_LOOKS_MS: '1,x',
    LOG_LEVEL: 'loud',
    OPENAI_BASE_URL: 'ftp://example.com',
    API_KEYS: 'app:wirte:very-secret-key',
    WEBHOOK_SECRET: 'very secret',
    SECRET_KEY_BASE: 'very-secret',
  });
  const named = complaints.map((line) => line.split(' ')[0]);
  expect(named.toSorted()).toEqual(
    [
      'API_KEYS',
      'BATCH_MAX_REQUESTS',
      'LOG_LEVEL',
      'OPENAI_API_KEY',
      'OPENAI_BASE_URL',
      'PORT',
      'SECRET_KEY_BASE',
      'SUBMIT_LOOKS_MS',
      'WEBHOOK_SECRET',
    ].toSorted(),
  );
  expect(complaints.join('\n')).not.toMatch(/very.secret/);
});

test('dead letters do not go into the queue that they came from', () => {
  const queues = { RABBITMQ_INPUT_QUEUE: 'requests', RABBITMQ_DEAD_LETTER_QUEUE: 'requests' };
  expect(complaintsOf({ ...key, ...queues })).toEqual([
    expect.stringMatching(/^RABBITMQ_DEAD_LETTER_QUEUE is the input queue itself/),
  ]);
  expect(complaintsOf({ ...key, ...queues, RABBITMQ_DEAD_LETTER_QUEUE: 'refused' })).toEqual([]);
});

test.each(
  Object.entries(settingSpecs).flatMap(([name, spec]) =>
    'least' in spec && spec.kind === 'integer' ? [[name, spec.least ?? 0, spec.most ?? 0] as const] : [],
  ),
)('%s is taken from %d to %d and not beyond', (name, least, most) => {
  expect(complaintsOf({ ...key, [name]: String(least) })).toEqual([]);
  expect(complaintsOf({ ...key, [name]: String(most) })).toEqual([]);
  expect(complaintsOf({ ...key, [name]: `-1` })).toHaveLength(1);
  if (least > 0) expect(complaintsOf({ ...key, [name]: String(least - 1) })).toHaveLength(1);
  expect(complaintsOf({ ...key, [name]: String(BigInt(most) + 1n) })).toHaveLength(1);
});

test('a value may come from a file, grouped digits and an older name', () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'sk-from-file\n');
  const { settings, sources } = readSettings({
    OPENAI_API_KEY_FILE: path,
    BATCH_MAX_BYTES: '1_000_000',
    PHX_HOST: 'batches.example.com',
  });
  expect(settings.OPENAI_API_KEY).toBe('sk-from-file');
  expect(sources.OPENAI_API_KEY).toBe('secret file');
  expect(settings.BATCH_MAX_BYTES).toBe(1_000_000);
  expect(settings.PUBLIC_URL).toBe('https://batches.example.com');
});

test('a secret file that is missing or empty is told with its path, once', () => {
  const path = join(folder, 'empty');
  writeFileSync(path, '\n');
  expect(complaintsOf({ OPENAI_API_KEY_FILE: path })).toEqual([
    `OPENAI_API_KEY_FILE names ${path}, which is empty.`,
  ]);
  expect(complaintsOf({ OPENAI_API_KEY_FILE: `${path}-not` })).toEqual([
    `OPENAI_API_KEY_FILE names ${path}-not, which cannot be read.`,
  ]);
});

test('the environment wins over .env, also with an empty value', () => {
  writeFileSync(
    join(folder, '.env'),
    'PORT=4100\nHOST="::1" # comment\nLOG_LEVEL=debug\nOPENAI_API_KEY=sk-b\n',
  );
  const { env, fromFile } = readEnvFile(folder, { PORT: '4200', LOG_LEVEL: '' });
  const { settings, sources } = inspectSettings(env, fromFile);
  expect(settings).toMatchObject({ PORT: 4200, HOST: '::1', LOG_LEVEL: 'info', OPENAI_API_KEY: 'sk-b' });
  expect(sources).toMatchObject({ PORT: 'environment', HOST: '.env', LOG_LEVEL: 'default' });
});

test('no .env is no fault', () => {
  expect(readEnvFile(join(folder, 'nowhere'), key)).toEqual({ env: key, fromFile: new Set() });
});
