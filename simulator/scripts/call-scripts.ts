import { organization } from '../limits.ts';
import type { CallEffect, Route, Script } from './rule.ts';

/** What the real API says when it is out of order. */
const serverError: CallEffect = {
  status: 500,
  error: {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
  },
};

const overloaded: CallEffect = {
  status: 503,
  error: { message: 'The engine is currently overloaded, please try again later.', type: 'server_error' },
};

const verbs = {
  upload: 'files.create',
  create: 'batches.create',
  cancel: 'batches.cancel',
} as const satisfies Record<string, Route>;

/** A call that the server carries out, and whose first reply does not arrive as it should. */
const spoiltReplies: Script[] = Object.entries(verbs).flatMap(([verb, route]) => [
  {
    name: `lost-${verb}-reply`,
    doc: `The first ${verb} is carried out, then the connection is destroyed.`,
    rules: [{ on: 'call', route, when: 'after', times: 1, do: { drop: true } }],
  },
  {
    name: `hanging-${verb}`,
    doc: `The first ${verb} is carried out, but no reply ever comes.`,
    rules: [{ on: 'call', route, when: 'after', times: 1, do: { hang: true } }],
  },
  {
    name: `error-after-${verb}`,
    doc: `The first ${verb} is carried out, but the reply is a 500.`,
    rules: [{ on: 'call', route, when: 'after', times: 1, do: serverError }],
  },
]);

const enqueuedText =
  `Enqueued token limit reached in organization ${organization}. ` +
  'Please try again once some in_progress batches have been completed.';

export const callScripts: readonly Script[] = [
  ...spoiltReplies,
  {
    name: 'rate-limited',
    doc: 'Every second call is answered with 429 and Retry-After: 1.',
    rules: [
      {
        on: 'call',
        route: [
          'files.create',
          'files.get',
          'files.content',
          'batches.create',
          'batches.get',
          'batches.list',
          'batches.cancel',
        ],
        everyKth: 2,
        do: {
          status: 429,
          error: {
            message: 'Rate limit reached for requests. Please try again in 1s.',
            type: 'requests',
            code: 'rate_limit_exceeded',
          },
          headers: { 'retry-after': '1' },
        },
      },
    ],
  },
  {
    name: 'server-errors',
    doc: 'A burst of 503: of all calls about batches the third to the eighth; of all about files the second and third.',
    rules: [
      {
        on: 'call',
        route: ['batches.create', 'batches.get', 'batches.list', 'batches.cancel'],
        nth: 3,
        times: 6,
        do: overloaded,
      },
      { on: 'call', route: ['files.create', 'files.content'], nth: 2, times: 2, do: overloaded },
    ],
  },
  {
    name: 'token-rejection-at-create-400',
    doc: 'The first three creates are refused with 400 token_limit_exceeded.',
    rules: [
      {
        on: 'call',
        route: 'batches.create',
        times: 3,
        do: {
          status: 400,
          error: { message: enqueuedText, type: 'invalid_request_error', code: 'token_limit_exceeded' },
        },
      },
    ],
  },
  {
    name: 'token-rejection-at-create-429',
    doc: 'The first three creates are refused with 429 token_limit_exceeded.',
    rules: [
      {
        on: 'call',
        route: 'batches.create',
        times: 3,
        do: {
          status: 429,
          error: { message: enqueuedText, type: 'invalid_request_error', code: 'token_limit_exceeded' },
        },
      },
    ],
  },
  {
    name: 'funding-block',
    doc: 'Creating is refused with 400 billing_hard_limit_reached until the block is lifted.',
    rules: [
      {
        on: 'call',
        route: 'batches.create',
        until: 'lifted',
        do: {
          status: 400,
          error: {
            message: 'Billing hard limit has been reached',
            type: 'invalid_request_error',
            code: 'billing_hard_limit_reached',
          },
        },
      },
    ],
  },
  {
    name: 'upload-too-large',
    doc: 'The first two uploads are refused with 413.',
    rules: [
      {
        on: 'call',
        route: 'files.create',
        times: 2,
        do: {
          status: 413,
          error: {
            message: 'The batch input file is larger than the 209715200 maximum for the gpt-4o-mini model',
            type: 'invalid_request_error',
          },
        },
      },
    ],
  },
  {
    name: 'upload-refused',
    doc: 'The first upload is refused with 400.',
    rules: [
      {
        on: 'call',
        route: 'files.create',
        times: 1,
        do: {
          status: 400,
          error: {
            message: 'Invalid file format for Batch API. Must be .jsonl',
            type: 'invalid_request_error',
          },
        },
      },
    ],
  },
  {
    name: 'create-refused',
    doc: 'The first create is refused with 400.',
    rules: [
      {
        on: 'call',
        route: 'batches.create',
        times: 1,
        do: {
          status: 400,
          error: { message: 'Invalid value.', type: 'invalid_request_error', code: 'invalid_value' },
        },
      },
    ],
  },
  {
    name: 'create-file-not-found',
    doc: 'The first four creates are answered with 404, although the file is there.',
    rules: [
      {
        on: 'call',
        route: 'batches.create',
        times: 4,
        do: {
          status: 404,
          error: { message: 'No such File object.', type: 'invalid_request_error', param: 'input_file_id' },
        },
      },
    ],
  },
  {
    name: 'lost-result-file',
    doc: 'The first result file is gone when it is downloaded (404).',
    rules: [
      {
        on: 'call',
        route: 'files.content',
        times: 1,
        do: {
          status: 404,
          error: { message: 'No such File object.', type: 'invalid_request_error', param: 'id' },
        },
      },
    ],
  },
  {
    name: 'truncated-download',
    doc: 'The first download stops in the middle as if it were whole.',
    rules: [{ on: 'call', route: 'files.content', times: 1, do: { cut: { fraction: 0.55, cleanly: true } } }],
  },
  {
    name: 'broken-download',
    doc: 'The connection of the first download is destroyed in the middle.',
    rules: [
      { on: 'call', route: 'files.content', times: 1, do: { cut: { fraction: 0.55, cleanly: false } } },
    ],
  },
  {
    name: 'slow-download',
    doc: 'Downloads come at 100,000 bytes in a second, in small pieces.',
    rules: [{ on: 'call', route: 'files.content', do: { slow: { bytesPerSecond: 100_000 } } }],
  },
  {
    name: 'stalling-download',
    doc: 'The first download stops in the middle and stays open.',
    rules: [{ on: 'call', route: 'files.content', times: 1, do: { stall: { fraction: 0.5 } } }],
  },
];
