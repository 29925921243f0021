import { countInWords, durationInWords, plural, usdInWords } from './in-words.ts';
import type { Capacity, Figures } from './read-figures.ts';
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
${capacityAsTable(figures.capacity)}`;
}

/** What is enqueued at OpenAI; nothing where nothing is and nothing waits. */
function capacityAsTable({ families, funding }: Capacity): string {
  const rows = families
    .filter(
      ({ batches, waiting_batches, held_until }) => batches + waiting_batches > 0 || held_until !== null,
    )
    .map((row) => [
      row.family,
      `${countInWords(row.reserved)} of ${countInWords(row.cap)} (${row.cap_source})`,
      countInWords(row.batches),
      countInWords(row.waiting_batches),
      row.held_until !== null
        ? `held until ${row.held_until}`
        : row.frees_next === null
          ? ''
          : `batch ${row.frees_next}`,
    ]);
  const blocked = funding.blocked ? `\nfunding blocked: ${funding.message}\n` : '';
  if (rows.length === 0) return blocked;
  const head = ['model family', 'tokens reserved', 'at OpenAI', 'waiting', 'frees next'];
  return `${blocked}\n${alignColumns([head, ...rows])}`;
}

function capacityAsWords({ families, funding }: Capacity): string[] {
  const waiting = families.reduce((sum, row) => sum + row.waiting_batches, 0);
  return [
    ...(funding.blocked ? ['funding blocked'] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'batch', 'batches')} waiting for capacity`] : []),
  ];
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
    ...capacityAsWords(figures.capacity),
  ].join(', ');
}
