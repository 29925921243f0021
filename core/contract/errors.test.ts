import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { AppError, complain, type ErrorCode, errorCodes } from '../errors.ts';
import { ErrorFormSchema } from './errors.ts';

const form = Compile(ErrorFormSchema);

test.each(Object.keys(errorCodes) as ErrorCode[])('the form takes what %s says', (code) => {
  const more = [complain('validation_error', 'too long', '/tag')];
  expect(form.Check({ errors: new AppError(code, 'why').complaints })).toBe(true);
  expect(form.Check({ errors: new AppError(code, 'why', { pointer: '/a', more }).complaints })).toBe(true);
});

test('the form takes no empty list and no code of another set', () => {
  expect(form.Check({ errors: [] })).toBe(false);
  expect(form.Check({ errors: [{ code: 'oops', title: 'a', detail: 'b' }] })).toBe(false);
});
