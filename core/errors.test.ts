import { expect, test } from 'vitest';
import { AppError, assertNever, complain, type ErrorCode, errorCodes } from './errors.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];

/** A new code is held to the rules below; none of these may change its answer. */
test('each code is answered with its status', () => {
  expect(Object.fromEntries(codes.map((code) => [code, errorCodes[code].status]))).toMatchObject({
    malformed_json: 400,
    invalid_utf8: 400,
    unauthorized: 401,
    forbidden: 403,
    not_found: 404,
    method_not_allowed: 405,
    request_timeout: 408,
    duplicate_custom_id: 409,
    illegal_move: 409,
    being_sent: 409,
    payload_too_large: 413,
    unsupported_media_type: 415,
    validation_error: 422,
    invalid_state: 422,
    internal_error: 500,
    maintenance_mode: 503,
    overloaded: 503,
    disk_low: 503,
    store_unavailable: 503,
  });
});

test('what a caller did is expected, what passes is temporary, the rest is a bug and a 500', () => {
  for (const code of codes) {
    const { status, fate } = errorCodes[code];
    if (status < 500) expect(fate).toBe('expected');
    expect(status === 500).toBe(fate === 'bug');
    if (fate === 'temporary') expect(status).toBe(503);
  }
});

test.each(codes)('%s says what it is, and reads like a word', (code) => {
  expect(code).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
  const error = new AppError(code, 'do this instead');
  expect(error).toMatchObject({ code, status: errorCodes[code].status, fate: errorCodes[code].fate });
  expect(error.complaints).toEqual([{ code, title: errorCodes[code].title, detail: 'do this instead' }]);
});

test('an error carries its pointer, its pause, its cause and what else was wrong, worst first', () => {
  const cause = new Error('deeper');
  const second = complain('validation_error', 'too long', '/tag');
  const error = new AppError('validation_error', 'missing', {
    pointer: '/url',
    retryAfterS: 30,
    cause,
    more: [second],
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'AppError',
    message: 'missing',
    pointer: '/url',
    retryAfterS: 30,
    cause,
  });
  expect(error.complaints).toEqual([complain('validation_error', 'missing', '/url'), second]);
  expect(error.complaints[0]?.source).toEqual({ pointer: '/url' });
});

test('an empty pointer means the whole, and stays; no cause means no cause key', () => {
  expect(complain('validation_error', 'must be an object', '').source).toEqual({ pointer: '' });
  expect(Object.hasOwn(new AppError('not_found', 'no'), 'cause')).toBe(false);
});

test('a value that cannot be is a loud bug', () => {
  expect(() => assertNever('odd' as never)).toThrow(
    expect.objectContaining({ code: 'internal_error', fate: 'bug', message: 'unexpected value: odd' }),
  );
});
