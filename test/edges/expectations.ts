/**
 * What every script of the simulator must come to, row by row. Written by hand from what the real API does and what
 * the lifecycle promises, and not from what the program does.
 *
 * Unless a script says otherwise a run has 27 rows in one batch. A script that spoils every third line spoils rows
 * 3, 6, …, 27; what is left goes into a successor, where it spoils every third line again: rows 9, 18 and 27; and in
 * the third and last run row 27. So "each time" means that row 27 alone has used its three tries.
 */
import type { Rule, Simulator } from '../../simulator/index.ts';
import { until } from '../until.ts';
import { customIdOf, type EdgeLine, type EdgeOptions, type EdgeRow } from './edge-line.ts';

/** `succeeded`, or how it ended and with which code. */
export type Ending = 'succeeded' | `${'failed' | 'expired' | 'cancelled'}: ${string}`;

export interface Edge extends Partial<Omit<EdgeOptions, 'scripts'>> {
  /** Further scripts, in force together with the one that is named. */
  readonly with?: EdgeOptions['scripts'];
  readonly rows?: readonly EdgeRow[];
  /** How each row must end; for scripts that choose rows by chance of order, how many must end how. */
  readonly ends: ((n: number) => Ending) | Readonly<Partial<Record<Ending, number>>>;
  /** A person ordered what may have been paid already. */
  readonly paidTwice?: true;
  /** What a person does meanwhile. */
  readonly act?: (line: EdgeLine) => Promise<void>;
  /** Further facts, looked at when all is over. */
  readonly look?: (line: EdgeLine) => Promise<void>;
}

export const usualRows = 27;

export function chatRows(count: number, padding = 0): EdgeRow[] {
  return Array.from({ length: count }, (_, index) => {
    const text = `Text number ${index + 1}, příliš žluťoučký ${'lorem '.repeat(padding / 6)}`;
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] };
    return { n: index + 1, url: '/v1/chat/completions', body, text };
  });
}

/** The same model over two endpoints, so that two batches share one queue. */
function twoEndpoints(count: number, padding: number): EdgeRow[] {
  return chatRows(count, padding).map((row) =>
    row.n % 2 === 0
      ? row
      : { ...row, url: '/v1/responses', body: { model: 'gpt-4o-mini', input: row.text ?? '' } },
  );
}

/** Each as large as one batch may be. */
function embeddingRows(count: number, inputs: number): EdgeRow[] {
  const input = Array.from({ length: inputs }, () => 'x');
  return Array.from({ length: count }, (_, index) => ({
    n: index + 1,
    url: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input, dimensions: 1 },
    text: null,
  }));
}

const all = () => 'succeeded' as const;
const everyThird =
  (ending: Ending) =>
  (n: number): Ending =>
    n % 3 === 0 ? ending : 'succeeded';
const lastOnly =
  (ending: Ending) =>
  (n: number): Ending =>
    n === 27 ? ending : 'succeeded';

const day = 24 * 3_600_000;

/** The provider's days pass one after the other, each as soon as a batch runs or waits for its end. */
async function letDaysPass({ simulator, receiver }: EdgeLine): Promise<void> {
  await until(async () => {
    await simulator.advance(1_000);
    const { batchesByStatus } = simulator.summary();
    if (batchesByStatus['in_progress'] || batchesByStatus['finalizing']) await simulator.advance(day);
    return receiver.count().delivered === usualRows;
  }, 60_000);
}
const fastDays = { scale: 0, act: letDaysPass } as const;

const running = (simulator: Simulator) =>
  simulator.until(({ batches }) => batches.some(({ batch }) => batch.status === 'in_progress'));

/** Cancels the only batch once it runs, and asks again until the order has been carried out. */
async function cancelRunning(line: EdgeLine): Promise<void> {
  await running(line.simulator);
  await until(async () => (await line.batches()).some(({ state }) => state === 'openai_processing'));
  const [batch] = await line.batches();
  const answer = await line.api.call('POST', `/api/batches/${batch?.id}/cancel`);
  if (answer.status !== 202) throw new Error(`cancelling was answered with ${answer.status}`);
}

/** Sees that the batch is held, and orders it to be sent once more; the next one does not vanish. */
async function resubmitVanished(line: EdgeLine): Promise<void> {
  await until(async () => (await line.batches()).some(({ condition }) => condition === 'vanished'));
  line.simulator.clearScripts();
  const [batch] = await line.batches();
  const answer = await line.api.call('POST', `/api/batches/${batch?.id}/resubmit`);
  if (answer.status !== 202) throw new Error(`resubmitting was answered with ${answer.status}`);
}

/** Lifts the block when somebody has run into it so often. */
const liftAfter = (refusals: (line: EdgeLine) => boolean) => async (line: EdgeLine) => {
  await line.simulator.until(() => refusals(line));
  line.simulator.lift();
};

/** What the provider has seen: batches created, files uploaded or written. */
const sees = (expected: { readonly batches?: number; readonly files?: number }) => async (line: EdgeLine) => {
  const { batches, files } = line.simulator.summary();
  const found = { batches, files };
  for (const [name, count] of Object.entries(expected)) {
    const is = found[name as keyof typeof found];
    if (is !== count) throw new Error(`${is} ${name} at the provider, not ${count}`);
  }
};

/** Batches run so long that they share the queue with each other. */
const slow: Rule = { on: 'batch', do: { hold: { status: 'in_progress', forMs: 3_000 } } };

/** Without a rejection such a run would prove nothing. */
async function wasTurnedAway({ simulator }: EdgeLine): Promise<void> {
  if (!simulator.summary().batchesByStatus['failed']) throw new Error('no batch was turned away');
}

/** The rows say that there is no money: what goes again waits for funding, and costs no try. */
async function liftWhenBlocked(line: EdgeLine): Promise<void> {
  await line.simulator.until(({ summary }) => summary.batches >= 4);
  await until(async () => (await line.api.call('GET', '/api/capacity')).json.funding.blocked);
  line.simulator.lift();
}

const halfCancelled = { succeeded: 13, 'cancelled: batch_cancelled': 14 } as const;
/** 13 of 27 in the first window, 7 of 14 in the second, 3 of 7 in the third. */
const threeWindows = (ending: Ending) => ({ succeeded: 23, [ending]: 4 });

export const expectations: Readonly<Record<string, Edge>> = {
  'lost-upload-reply': { ends: all },
  'hanging-upload': { ends: all },
  'error-after-upload': { ends: all },
  'lost-create-reply': { ends: all },
  'hanging-create': { ends: all },
  'error-after-create': { ends: all },
  'lost-cancel-reply': { with: ['slow-cancel'], scale: 600, act: cancelRunning, ends: halfCancelled },
  'hanging-cancel': { with: ['slow-cancel'], scale: 600, act: cancelRunning, ends: halfCancelled },
  'error-after-cancel': { with: ['slow-cancel'], scale: 600, act: cancelRunning, ends: halfCancelled },
  'rate-limited': { ends: all },
  'server-errors': { ends: all },
  'token-rejection-at-create-400': { ends: all },
  'token-rejection-at-create-429': { ends: all },
  'funding-block': {
    ends: all,
    act: liftAfter(({ simulator }) => (simulator.summary().calls['batches.create']?.['400'] ?? 0) >= 3),
  },
  // 27 rows are cut, then one of the halves again.
  'upload-too-large': { ends: all, look: sees({ batches: 3 }) },
  'upload-refused': { ends: () => 'failed: batch_failed', look: sees({ batches: 0 }) },
  'create-refused': { ends: () => 'failed: batch_failed', look: sees({ batches: 0 }) },
  // Three times with the first file, then with a second one.
  'create-file-not-found': { ends: all, look: sees({ batches: 1, files: 3 }) },
  'lost-result-file': { ends: all, paidTwice: true },
  'truncated-download': { ends: all },
  'broken-download': { ends: all },
  'slow-download': { ends: all },
  'stalling-download': { ends: all },
  'late-token-rejection': {
    with: [slow],
    rows: twoEndpoints(54, 160_000),
    ends: all,
    look: wasTurnedAway,
  },
  // The script's own million inputs would take a minute; the same rule with a smaller number does the same.
  'late-request-rejection': {
    with: [slow, { on: 'cap', limit: 3_000, unit: 'requests', match: { endpoint: '/v1/embeddings' } }],
    settings: { BATCH_MAX_EMBEDDING_INPUTS: 1_000 },
    rows: embeddingRows(6, 1_000),
    ends: all,
    look: wasTurnedAway,
  },
  'expired-both': { ...fastDays, ends: threeWindows('expired: batch_expired') },
  'expired-output-only': { ...fastDays, ends: threeWindows('expired: batch_expired') },
  'expired-error-only': { ...fastDays, ends: () => 'expired: batch_expired' },
  'expired-none': { ...fastDays, ends: () => 'expired: batch_expired' },
  'expired-generic-errors': { ...fastDays, ends: threeWindows('failed: server_error') },
  'empty-error-file-id': { ends: all },
  'empty-error-file': { ends: all },
  'no-usage': { ends: all },
  'wrong-counts': { ends: all },
  'stuck-finalizing': { ...fastDays, ends: all },
  'unknown-status': { ends: all },
  'vanished-batch': { act: resubmitVanished, paidTwice: true, ends: all },
  'cancelled-from-outside': { ends: halfCancelled },
  'slow-cancel': { scale: 600, act: cancelRunning, ends: halfCancelled },
  'late-list': { ends: all },
  'expired-input-file': { ends: all },
  'cannot-find-file': { ends: all },
  'invalid-lines': { ends: (n) => (n === 2 || n === 5 ? 'failed: invalid_request' : 'succeeded') },
  // 27 → 18 → 12 → 8 → 6 → 4 in five rounds; the sixth leaves three, in halves too small to have a third line.
  'invalid-lines-each-time': { ends: { succeeded: 3, 'failed: invalid_request': 24 } },
  'ascii-output': { ends: all },
  'insufficient-quota-rows': {
    ends: all,
    act: liftWhenBlocked,
  },
  'all-failed': { ends: () => 'failed: unsupported_parameter' },
  'model-without-batch': { ends: () => 'failed: model_not_found' },
  'status-zero': { ends: lastOnly('failed: no_response') },
  'missing-rows': { ends: lastOnly('failed: missing_result') },
  'rows-400-in-error-file': { ends: everyThird('failed: unsupported_parameter') },
  'rows-400-in-output-file': { ends: everyThird('failed: unsupported_parameter') },
  'rows-429': { ends: lastOnly('failed: rate_limit_exceeded') },
  'rows-500': { ends: lastOnly('failed: server_error') },
  'rows-429-first-run': { ends: all },
  'rows-500-first-run': { ends: all },
  'rows-expired-first-run': { ends: all },
  'rows-timed-out-first-run': { ends: all },
  'duplicate-results': { ends: all },
  'stranger-results': { ends: all },
  'blank-result-lines': { ends: all },
  'malformed-result-lines': { ends: all },
  'line-separators': { ends: all },
};

/** Says what differs from the expectation, row by row; nothing, when all is as it must be. */
export function findDifferences(line: EdgeLine, rows: readonly EdgeRow[], edge: Edge): string[] {
  const arrived = line.outcomes();
  const differences: string[] = [];
  const counts = new Map<string, number>();
  for (const { n } of rows) {
    const found = arrived.get(n);
    const is = found ? wordOf(found) : 'not delivered';
    counts.set(is, (counts.get(is) ?? 0) + 1);
    if (found?.again) differences.push(`${customIdOf(n)} was delivered under two ids`);
    if (typeof edge.ends !== 'function') continue;
    const should = edge.ends(n);
    if (is !== should) differences.push(`${customIdOf(n)}: ${is}, not ${should}`);
  }
  if (typeof edge.ends !== 'function') {
    for (const word of new Set([...counts.keys(), ...Object.keys(edge.ends)])) {
      const should = (edge.ends as Record<string, number>)[word] ?? 0;
      if ((counts.get(word) ?? 0) !== should) {
        differences.push(`${counts.get(word) ?? 0} rows are ${word}, not ${should}`);
      }
    }
  }
  return differences;
}

export function wordOf({ outcome, code }: { outcome: string; code: string | null }): string {
  return code === null ? outcome : `${outcome}: ${code}`;
}
