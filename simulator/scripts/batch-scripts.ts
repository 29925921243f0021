import { organization } from '../limits.ts';
import type { BatchEffect, Script } from './rule.ts';

const day = 86_400_000;

function expired(name: string, doc: string, effect: BatchEffect): Script {
  return { name, doc, rules: [{ on: 'batch', do: { expire: {}, ...effect } }] };
}

function everyBatch(name: string, doc: string, effect: BatchEffect): Script {
  return { name, doc, rules: [{ on: 'batch', do: effect }] };
}

export const batchScripts: readonly Script[] = [
  {
    name: 'late-token-rejection',
    doc: 'Above 2,000,000 enqueued tokens of a model a batch is created and then fails with token_limit_exceeded.',
    rules: [{ on: 'cap', limit: 2_000_000 }],
  },
  {
    name: 'late-request-rejection',
    doc: 'Above 1,000,000 enqueued embedding inputs a batch is created and then fails.',
    rules: [{ on: 'cap', limit: 1_000_000, unit: 'requests', match: { endpoint: '/v1/embeddings' } }],
  },
  expired('expired-both', 'After 24 h half of the rows is done, the rest is batch_expired.', {
    progress: 0.5,
    unfinished: 'listed',
  }),
  expired('expired-output-only', 'After 24 h half of the rows is done, the rest is in neither file.', {
    progress: 0.5,
    unfinished: 'missing',
  }),
  expired('expired-error-only', 'After 24 h nothing is done, every row is batch_expired.', {
    progress: 0,
    unfinished: 'listed',
  }),
  expired('expired-none', 'After 24 h nothing is done and there is no file.', {
    progress: 0,
    unfinished: 'missing',
  }),
  expired('expired-generic-errors', 'After 24 h half of the rows is done, the rest are plain 500 rows.', {
    progress: 0.5,
    unfinished: 'generic',
  }),
  everyBatch('empty-error-file-id', 'Without failed rows error_file_id is "" instead of null.', {
    emptyErrorFileId: true,
  }),
  everyBatch('empty-error-file', 'Without failed rows there is an error file all the same, of 0 bytes.', {
    emptyErrorFile: true,
  }),
  everyBatch('no-usage', 'Neither the batch nor its rows say what was used.', { noUsage: true }),
  everyBatch('wrong-counts', 'The counts of a batch stay at 0 completed and 0 failed.', { counts: 'zero' }),
  everyBatch('stuck-finalizing', 'A batch stays in finalizing for two days.', {
    hold: { status: 'finalizing', forMs: 2 * day },
  }),
  everyBatch(
    'unknown-status',
    'While a batch runs its status is "throttled", a word that no document knows.',
    {
      word: { insteadOf: 'in_progress', say: 'throttled' },
    },
  ),
  everyBatch('vanished-batch', 'As soon as a batch runs, nobody finds it any more (404).', {
    vanishAt: 'in_progress',
  }),
  everyBatch(
    'cancelled-from-outside',
    'A batch is cancelled by somebody else when half of its rows is done.',
    {
      cancelAfterMs: 50,
      progress: 0.5,
    },
  ),
  everyBatch(
    'slow-cancel',
    'A batch runs without end; cancelling takes 3 min and leaves half of the rows done.',
    {
      hold: { status: 'in_progress' },
      cancelMs: 180_000,
      progress: 0.5,
    },
  ),
  everyBatch('late-list', 'A new batch appears in the list after a minute only.', { hideFromListMs: 60_000 }),
  {
    name: 'expired-input-file',
    doc: 'The input file of the first batch is gone when it is validated.',
    rules: [{ on: 'batch', times: 1, do: { loseInputFile: true } }],
  },
  {
    name: 'cannot-find-file',
    doc: 'The first three batches fail with "Cannot find file", although the file is there.',
    rules: [
      {
        on: 'batch',
        times: 3,
        do: {
          fail: [
            {
              code: 'invalid_request',
              message: `Cannot find file {input_file_id}, or organization ${organization} does not have access to it.`,
              param: 'file_id',
              line: null,
            },
          ],
        },
      },
    ],
  },
  {
    name: 'invalid-lines',
    doc: 'Validation of the first batch refuses its lines 2 and 5.',
    rules: [
      {
        on: 'batch',
        times: 1,
        do: {
          refuse: {
            lines: [2, 5],
            code: 'invalid_request',
            message: 'Invalid request.',
            param: 'body',
          },
        },
      },
    ],
  },
  everyBatch('invalid-lines-each-time', 'Validation refuses every third line of every batch.', {
    refuse: { everyKth: 3, code: 'invalid_request', message: 'Invalid request.', param: 'body' },
  }),
  everyBatch('ascii-output', 'Result files are pure ASCII with \\u escapes.', { ascii: true }),
];
