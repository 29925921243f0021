import { expect, test } from 'vitest';
import { findUnknownSettings } from './find-unknown.ts';

test.each([
  ['BATCH_MAX_REQUEST', 'BATCH_MAX_REQUESTS'],
  ['OPENAI_API_KEYS', 'OPENAI_API_KEY'],
  ['DATABASE_PAHT', 'DATABASE_PATH'],
  ['WEBHOOK_SECRETS', 'WEBHOOK_SECRET'],
  ['log_level', 'LOG_LEVEL'],
])('%s was probably meant to be %s', (name, nearest) => {
  expect(findUnknownSettings({ [name]: 'x' })).toEqual([{ name, nearest }]);
});

test.each([
  'PATH',
  'HOME',
  'POST',
  'HOSTNAME',
  'LOG_LEVEL',
  'LOG_LEVEL_FILE',
  'PHX_HOST',
  'NODE_OPTIONS',
  'OPENAI_ORG_ID',
  'OPENAI_BATCH_MANAGER_KEY',
  'DATABASE_URL',
  'npm_config_user_agent',
])('%s is no concern of ours', (name) => {
  expect(findUnknownSettings({ [name]: 'x' })).toEqual([]);
});
