import { countInWords, durationInWords, plural, usdInWords } from './in-words.ts';
import type { Figures } from './read-figures.ts';
import { alignColumns } from './write-out.ts';

/** Several lines: a table by state, then what concerns all of them. */
export function figuresAsTable(figures: Figures): string {
  const rows = figures.states.map(({ state, batches, requests, oldestSeconds }) => [
    state,
    countInWords(batches),
    countInWords(requests),
    durationInWords(oldestSeconds),
  ]);
  const table =
    rows.length === 0 ? 'No batches.\n' : alignColumns([['state', 'batches', 'requests', 'oldest'], ...rows]);
  const { delivering, delivered, deliveryFailed, listUsd, paidUsd, intake } = figures;
  return `${table}
intake      ${intake}
deliveries  ${countInWords(delivering)} under way, ${countInWords(delivered)} delivered, ${countInWords(deliveryFailed)} failed
money       ${usdInWords(paidUsd)} paid, ${usdInWords(listUsd - paidUsd)} saved
`;
}

/** One line, for logs. */
export function figuresAsLine(figures: Figures): string {
  const states = figures.states.map(
    ({ state, batches, requests }) =>
      `${state} ${plural(batches, 'batch', 'batches')}/${plural(requests, 'request')}`,
  );
  const { delivering, delivered, deliveryFailed, paidUsd, intake } = figures;
  return [
    `intake ${intake}`,
    ...(states.length === 0 ? ['no batches'] : states),
    `deliveries ${delivering} under way, ${delivered} delivered, ${deliveryFailed} failed`,
    `paid ${usdInWords(paidUsd)}`,
  ].join(', ');
}
