/** The receivers of the guide take what is genuine, once, and nothing else. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecret } from '../../demo/start-service.ts';
import { keyOf, sign } from '../../server/channels/signature.ts';
import { readBlocks, useOf } from './blocks.ts';
import { Session } from './session.ts';

const secret = createSecret();
const receivers = [
  ['receiver.ts', 'node receiver.ts', '8080'],
  ['library.ts', 'node library.ts', '8081'],
  ['receiver.py', 'python3 receiver.py', '8082'],
] as const;

describe.each(receivers)('%s', (file, command, port) => {
  const session = new Session({ service: false, settings: { WEBHOOK_SECRET: secret } });
  beforeAll(async () => {
    await session.open();
    const program = readBlocks('docs/guide/receiver.md').find((block) => {
      const use = useOf(block);
      return use.kind === 'file' && use.name === file;
    });
    session.keepFile(file, program?.text ?? '');
    await session.startToStay(command);
  });
  afterAll(() => session.close());

  const body = Buffer.from(
    '{"id":null,"custom_id":"größe/1","response":null,"error":{"code":"x","message":""}}',
  );
  const now = () => Math.floor(Date.now() / 1_000);
  const stored = () => {
    const path = join(session.folder, 'outcomes.jsonl');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  };

  async function post(
    id: string,
    change: { [name: string]: string | null } = {},
    content: Buffer = body,
  ): Promise<number> {
    const at = now();
    const given: Record<string, string | null> = {
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': sign(keyOf(secret), id, at, body),
      'x-batcher-outcome': 'failed',
      ...change,
    };
    const headers = Object.entries(given).filter((header): header is [string, string] => header[1] !== null);
    const url = session.here(`http://127.0.0.1:${port}/outcomes`);
    return (await fetch(url, { method: 'POST', headers, body: content.toString() })).status;
  }

  const old = now() - 600;
  const early = now() + 600;
  test.each<[string, { [name: string]: string | null }, Buffer?]>([
    ['without an id', { 'webhook-id': null }],
    ['without a timestamp', { 'webhook-timestamp': null }],
    ['without a signature', { 'webhook-signature': null }],
    ['with an empty signature', { 'webhook-signature': 'v1,' }],
    [
      'of another version',
      { 'webhook-signature': sign(keyOf(secret), 'a', now(), body).replace('v1', 'v2') },
    ],
    [
      'with the secret of somebody else',
      { 'webhook-signature': sign(keyOf(createSecret()), 'a', now(), body) },
    ],
    ['with the signature of another id', { 'webhook-signature': sign(keyOf(secret), 'b', now(), body) }],
    ['with another body', {}, Buffer.from('{"custom_id":"mine"}')],
    [
      'ten minutes old',
      { 'webhook-timestamp': String(old), 'webhook-signature': sign(keyOf(secret), 'a', old, body) },
    ],
    [
      'from the future',
      { 'webhook-timestamp': String(early), 'webhook-signature': sign(keyOf(secret), 'a', early, body) },
    ],
    ['with a time that is none', { 'webhook-timestamp': 'now' }],
  ])('one %s is refused', async (_name, change, content) => {
    expect(await post('a', change, content)).toBe(401);
    expect(stored()).toEqual([]);
  });

  test('a genuine one is stored once, however often it comes, also beside an older signature', async () => {
    expect(await post('a')).toBe(204);
    expect(await post('a')).toBe(204);
    const at = now();
    const both = `v1,${'A'.repeat(43)}= ${sign(keyOf(secret), 'b', at, body)}`;
    expect(await post('b', { 'webhook-timestamp': String(at), 'webhook-signature': both })).toBe(204);
    expect(stored().map((line) => JSON.parse(line))).toEqual(
      Array.from({ length: 2 }, () => ({ custom_id: 'größe/1', outcome: 'failed' })),
    );
  });
});
