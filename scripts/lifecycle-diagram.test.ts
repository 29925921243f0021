import { expect, test } from 'vitest';
import { batchMoves, batchStates } from '../core/batch.ts';
import { requestMoves, requestStates } from '../core/request.ts';
import { renderLifecycle } from './lifecycle-diagram.ts';
import { readDocument } from './make-goldens.ts';

const page = readDocument('docs/lifecycle.md');

/** What stands in a generated part. */
function part(markdown: string, name: string): string {
  const [, after = ''] = markdown.split(`<!-- generated: ${name} -->`);
  return after.split(`<!-- end: ${name} -->`)[0] ?? '';
}

const emptied = page.replace(/(<!-- generated: .+ -->)[\s\S]*?(<!-- end: .+ -->)/g, '$1\nold\n$2');

test('the parts are made from nothing, and made again they stay', () => {
  expect(emptied).toContain('old');
  expect(renderLifecycle(emptied)).toBe(renderLifecycle(page));
  expect(renderLifecycle(renderLifecycle(page))).toBe(renderLifecycle(page));
});

test('what is written by hand stays as it is', () => {
  const changed = `${page}\nBy hand, $1 and $&.\n`;
  expect(renderLifecycle(changed)).toBe(`${renderLifecycle(page)}\nBy hand, $1 and $&.\n`);
});

test('every arrow of the move tables is in a diagram, once', () => {
  const rendered = renderLifecycle(page);
  const arrowsOf = (...names: string[]) =>
    names.flatMap((name) =>
      [...part(rendered, name).matchAll(/^ {2}(\S+ --> \S+) : (.+)$/gm)].flatMap(([, arrow, moves = '']) =>
        moves.split(', ').map((move) => `${move}: ${arrow}`),
      ),
    );
  const arrowsIn = (moves: Record<string, { from: readonly (string | null)[]; to: readonly string[] }>) =>
    Object.entries(moves).flatMap(([move, { from, to }]) =>
      from.flatMap((source) => to.map((target) => `${move}: ${source ?? '[*]'} --> ${target}`)),
    );
  const requests = Object.fromEntries(
    Object.entries(requestMoves).map(([move, { from, to }]) => [move, { from, to: [to] }]),
  );
  expect(arrowsOf('batch, way on', 'batch, side exits').sort()).toEqual(arrowsIn(batchMoves).sort());
  expect(arrowsOf('request, the call', 'request, the hand-over').sort()).toEqual(arrowsIn(requests).sort());
});

test('every state has a row', () => {
  const rendered = renderLifecycle(page);
  for (const state of batchStates) expect(part(rendered, 'batch states')).toContain(`| \`${state}\` |`);
  for (const state of requestStates) expect(part(rendered, 'request states')).toContain(`| \`${state}\` |`);
});

test('a part that is unknown, missing or without an end is told by name', () => {
  const unknown = `${page}<!-- generated: moon phases -->\n<!-- end: moon phases -->\n`;
  expect(() => renderLifecycle(unknown)).toThrow('moon phases');
  expect(() => renderLifecycle('# Nothing here\n')).toThrow('batch moves');
  expect(() => renderLifecycle(page.replace('<!-- end: schedules -->', ''))).toThrow('schedules');
});

test('invariants are numbered without gaps, so that a number names one sentence', () => {
  for (const letter of ['B', 'R', 'D']) {
    const numbers = [...page.matchAll(new RegExp(`^\\| \\*\\*${letter}(\\d+)\\*\\* \\|`, 'gm'))].map(
      ([, n]) => Number(n),
    );
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  }
});
