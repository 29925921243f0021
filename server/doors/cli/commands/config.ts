import { findUnknownSettings } from '../../../config/find-unknown.ts';
import { type SettingName, settingSpecs } from '../../../config/settings.ts';
import type { Call, Command } from '../command.ts';
import { alignColumns } from '../write-out.ts';

export const config: Command = {
  name: 'config',
  summary: 'Show every setting, its value and where it came from',
  about:
    'Shows every setting as the service would read it here. Secrets are not shown, only whether they are set. What is\n' +
    'wrong is told at the end, with exit code 1.',
  options: { json: { type: 'boolean', about: 'As one JSON object.' } },
  examples: ['openai-batch-manager config', "openai-batch-manager config --json | jq '.settings.PORT'"],
  run: showSettings,
};

async function showSettings({ settings, env, options, io }: Call): Promise<number> {
  const names = Object.keys(settingSpecs) as SettingName[];
  const rows = names.map((name) => ({
    name,
    value: shown(name, settings.settings[name]),
    source: settings.sources[name],
  }));
  const complaints = [...settings.complaints, ...settings.missing];
  if (options['json']) {
    const byName = Object.fromEntries(rows.map(({ name, value, source }) => [name, { value, source }]));
    const unknown = findUnknownSettings(env);
    io.out.write(`${JSON.stringify({ settings: byName, complaints, unknown }, null, 2)}\n`);
  } else {
    io.out.write(alignColumns(rows.map(({ name, value, source }) => [name, textOf(value), source])));
    for (const complaint of complaints) io.err.write(`Wrong: ${complaint}\n`);
  }
  return complaints.length === 0 ? 0 : 1;
}

const hidden = '(hidden)';

/** The value as it may be seen: no secret, no password in a URL. */
function shown(name: SettingName, value: unknown): unknown {
  const { kind } = settingSpecs[name];
  if (kind === 'secret')
    return value === null || (Array.isArray(value) && value.length === 0) ? null : hidden;
  if (kind === 'url' && typeof value === 'string' && new URL(value).password !== '') {
    const url = new URL(value);
    url.password = 'hidden';
    return url.href;
  }
  return value;
}

function textOf(value: unknown): string {
  if (value === null) return '–';
  return Array.isArray(value) ? value.join(',') : String(value);
}
