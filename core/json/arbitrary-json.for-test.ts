import fc from 'fast-check';

/** JSON text as people and machines write it, for tests: kept as tokens so that spaces can be put anywhere. */
export type Tokens = readonly string[];

const escapes = ['\\"', '\\\\', '\\/', '\\b', '\\n', '\\u0000', '\\u005f', '\\uD83D\\uDE00', '\\ud800'];
const raw = [
  'a',
  'key',
  ' ',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '~',
  '/',
  '\u2028',
  '\u0085',
  '\ufeff',
  'é',
  '漢',
  '😀',
  '\u{10fffd}',
];

const keys = [
  '"a"',
  '"\\u0061"',
  '"__proto__"',
  '"custom_id"',
  '"custom\\u005fid"',
  '"body"',
  '"delivery_config"',
  '"b~/c"',
  '""',
  '"é"',
  '"\ufeffa"',
];

const piece = fc.oneof(
  fc.constantFrom(...escapes, ...raw),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text).slice(1, -1)),
  fc.nat(200).map((length) => 'long '.repeat(length)),
);

/** A string literal with its quotes. */
export const stringToken = fc.array(piece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);

/**
 * A key, of few, so that some repeat; one key is spelled in several ways. None starts with a backslash: once V8 13.6
 * has met the key `\\`, its JSON.parse may give that name to the key `\"` of a later object.
 */
export const keyToken = fc
  .oneof(fc.constantFrom(...keys), stringToken)
  .filter((token) => !token.startsWith('"\\\\') && !/^"\\u005c/i.test(token));

const scalarToken = fc.oneof(
  stringToken,
  fc.constantFrom(
    'true',
    'false',
    'null',
    '0',
    '-0',
    '1E+2',
    '-1.50e-7',
    `${'9'.repeat(400)}`,
    `0.${'1'.repeat(400)}`,
  ),
);

const value = fc.letrec<{ value: Tokens; object: Tokens; array: Tokens }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalarToken.map((token) => [token]),
    tie('object'),
    tie('array'),
  ),
  array: fc.array(tie('value'), { maxLength: 5 }).map((items) => ['[', ...joined(items), ']']),
  object: fc
    .array(fc.tuple(keyToken, tie('value')), { maxLength: 5 })
    .map((members) => ['{', ...joined(members.map(([key, item]) => [key, ':', ...item])), '}']),
}));

export const valueTokens = value.value;
export const objectTokens = value.object;

/** The tokens as text, with whitespace from the list around them, in turn. */
export function spaced(tokens: Tokens, spaces: readonly string[]): string {
  return tokens.map((token, at) => (spaces[at % spaces.length] ?? '') + token).join('') + (spaces[0] ?? '');
}

export const someSpaces = fc.array(
  fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 4 }),
  { maxLength: 9 },
);

function joined(items: readonly Tokens[]): Tokens {
  return items.flatMap((item, at) => (at === 0 ? item : [',', ...item]));
}
