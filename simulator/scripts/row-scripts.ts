import type { ErrorBody, RowEffect, RowRule, Script } from './rule.ts';

/** Errors of single rows as real result files hold them (real API, 2025 and 2026). */
const errors = {
  unsupported: {
    message: "Unsupported parameter: 'max_tokens' is not supported with this model.",
    type: 'invalid_request_error',
    param: 'max_tokens',
    code: 'unsupported_parameter',
  },
  rateLimit: {
    message: 'Rate limit reached. Please try again later.',
    type: 'requests',
    param: null,
    code: 'rate_limit_exceeded',
  },
  quota: {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    param: null,
    code: 'insufficient_quota',
  },
  server: {
    message: 'An error occurred while processing your request. You can retry your request.',
    type: 'server_error',
    param: null,
    code: null,
  },
  noBatchModel: {
    message: 'The model of this request does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    param: null,
    code: 'model_not_found',
  },
} as const satisfies Record<string, ErrorBody>;

const expired = {
  code: 'batch_expired',
  message: 'This request could not be executed before the completion window expired.',
};

function rows(name: string, doc: string, effect: RowEffect, limits: Partial<RowRule> = {}): Script {
  return { name, doc, rules: [{ on: 'row', do: effect, everyKth: 3, ...limits }] };
}

export const rowScripts: readonly Script[] = [
  rows(
    'insufficient-quota-rows',
    'Every row is a 429 insufficient_quota until the block is lifted.',
    {
      status: 429,
      error: errors.quota,
    },
    { everyKth: 1, until: 'lifted' },
  ),
  rows(
    'all-failed',
    'Every row is a 400; the batch is completed and output_file_id is null.',
    {
      status: 400,
      error: errors.unsupported,
    },
    { everyKth: 1 },
  ),
  rows(
    'model-without-batch',
    'Every row is a 404 model_not_found.',
    {
      status: 404,
      error: errors.noBatchModel,
    },
    { everyKth: 1 },
  ),
  {
    name: 'status-zero',
    doc: 'Every third row is in the error file with status 0 and an empty body; the counts claim that all is well.',
    rules: [
      { on: 'row', everyKth: 3, do: { status: 0, body: {} } },
      { on: 'batch', do: { counts: 'all-completed' } },
    ],
  },
  rows('missing-rows', 'Every third row is in neither file.', { missing: true }),
  rows('rows-400-in-error-file', 'Every third row is a 400 in the error file.', {
    status: 400,
    error: errors.unsupported,
  }),
  rows('rows-400-in-output-file', 'Every third row is a 400 in the output file.', {
    status: 400,
    error: errors.unsupported,
    file: 'output',
  }),
  rows('rows-429', 'Every third row is a 429, each time.', { status: 429, error: errors.rateLimit }),
  rows('rows-500', 'Every third row is a 500, each time.', { status: 500, error: errors.server }),
  rows(
    'rows-429-first-run',
    'Every third row is a 429 the first time, and fine when it comes again.',
    {
      status: 429,
      error: errors.rateLimit,
    },
    { firstRunOnly: true },
  ),
  rows(
    'rows-500-first-run',
    'Every third row is a 500 the first time, and fine when it comes again.',
    {
      status: 500,
      error: errors.server,
    },
    { firstRunOnly: true },
  ),
  rows(
    'rows-expired-first-run',
    'Every third row of a completed batch is batch_expired the first time.',
    {
      neverRan: expired,
    },
    { firstRunOnly: true },
  ),
  rows(
    'rows-timed-out-first-run',
    'Every third row is a request_timeout the first time.',
    {
      neverRan: { code: 'request_timeout', message: 'This request timed out.' },
    },
    { firstRunOnly: true },
  ),
  rows('duplicate-results', 'Every third result line stands in its file twice.', { twice: true }),
  rows('stranger-results', 'After every third row comes a result for a custom_id that nobody sent.', {
    stranger: true,
  }),
  rows('blank-result-lines', 'After every third row comes an empty line.', { junk: 'blank' }),
  rows('malformed-result-lines', 'After every third row comes half a line of JSON.', { junk: 'malformed' }),
  rows(
    'line-separators',
    'Answers hold raw U+2028, U+2029 and U+0085.',
    { separators: true },
    { everyKth: 1 },
  ),
];
