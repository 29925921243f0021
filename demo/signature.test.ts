import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { findForgery } from './signature.ts';
import { createSecret } from './start-service.ts';

const secret = createSecret();
const body = '{"custom_id":"á 🦉 漢字"}';
const now = 1_800_000_000;

function signedHeaders(withSecret = secret, at = now) {
  const signature = new Webhook(withSecret).sign('r1.1', new Date(at * 1000), body);
  return { id: 'r1.1', timestamp: String(at), signature };
}

const check = (headers: ReturnType<typeof signedHeaders>, text = body) =>
  findForgery(secret, headers, Buffer.from(text), now);

describe('the signature check', () => {
  test('accepts what the reference package signs', () => {
    expect(check(signedHeaders())).toBeNull();
  });

  test('accepts one fitting signature among several', () => {
    const foreign = signedHeaders(createSecret()).signature;
    const headers = { ...signedHeaders(), signature: `${foreign} v1a,AAAA ${signedHeaders().signature}` };
    expect(check(headers)).toBeNull();
  });

  test('refuses another secret, body, id or a missing signature', () => {
    expect(check(signedHeaders(createSecret()))).toMatch(/does not fit/);
    expect(check(signedHeaders(), `${body} `)).toMatch(/does not fit/);
    expect(check({ ...signedHeaders(), id: 'r1.2' })).toMatch(/does not fit/);
    expect(check({ ...signedHeaders(), signature: '' })).toMatch(/does not fit/);
  });

  test('refuses a time that is far away or no time at all', () => {
    expect(check(signedHeaders(secret, now - 301))).toMatch(/too far/);
    expect(check({ ...signedHeaders(), timestamp: 'soon' })).toMatch(/not a number/);
  });
});
