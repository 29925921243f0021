/** What the simulated OpenAI does wrong in a rough demonstration, all at once; simulator/README.md says what each is. */
export const roughScripts = [
  'lost-upload-reply',
  'error-after-create',
  'late-list',
  'rate-limited',
  'server-errors',
  'upload-too-large',
  'invalid-lines',
  'rows-500-first-run',
  'duplicate-results',
  'stranger-results',
  'malformed-result-lines',
  'truncated-download',
  'wrong-counts',
  'unknown-status',
  'empty-error-file-id',
] as const;

/** A minute at the provider is a second here. */
const scale = 60;

export const roughSimulator: readonly string[] = [
  ...roughScripts.flatMap((name) => ['--script', name]),
  '--scale',
  String(scale),
];

/** Settings that let the service wait less, as the provider's time is faster. */
export const roughSettings = {
  SUBMIT_LOOKS_MS: '0,500,2000,5000',
  RETRY_FASTER: 300,
} as const;
