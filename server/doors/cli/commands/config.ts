import { findUnknownSettings } from '../../../config/find-unknown.ts';
import { type EditRow, LiveSettings } from '../../../config/live-settings.ts';
import { type SettingName, settingSpecs } from '../../../config/settings.ts';
import { isoTime } from '../../../views/times.ts';
import { type Call, type Command, serviceOptions, textOption } from '../command.ts';
import { readEdits } from '../read-edits.ts';
import { alignColumns } from '../write-out.ts';

export const config: Command = {
  name: 'config',
  summary: 'Show every setting, its value and where it came from',
  about:
    'Shows every setting as the service would read it here, and over it what operators have edited: those edits are\n' +
    'asked of the running service when there is one (scope read), else looked up in the database. Secrets are not\n' +
    'shown, only whether they are set. What is wrong is told at the end, with exit code 1.',
  options: { json: { type: 'boolean', about: 'As one JSON object.' }, ...serviceOptions },
  examples: ['openai-batch-manager config', "openai-batch-manager config --json | jq '.settings.PORT'"],
  run: showSettings,
};

interface Shown {
  readonly name: SettingName;
  readonly value: unknown;
  readonly source: string;
  readonly edited_by?: string;
  readonly edited_at?: string;
}

async function showSettings(call: Call): Promise<number> {
  const { settings, env, options, io } = call;
  const complaints = [...settings.complaints, ...settings.missing];
  const rows = showAll(call, await findEdits(call));
  if (options['json']) {
    const byName = Object.fromEntries(rows.map(({ name, ...shown }) => [name, shown]));
    const unknown = findUnknownSettings(env);
    io.out.write(`${JSON.stringify({ settings: byName, complaints, unknown }, null, 2)}\n`);
  } else {
    io.out.write(alignColumns(rows.map((row) => [row.name, textOf(row.value), sourceOf(row)])));
    for (const complaint of complaints) io.err.write(`Wrong: ${complaint}\n`);
  }
  return complaints.length === 0 ? 0 : 1;
}

/** Without them the rest is still worth to be seen, unless they were asked for by name. */
async function findEdits(call: Call): Promise<readonly EditRow[]> {
  try {
    return await readEdits(call);
  } catch (error) {
    if (textOption(call, 'url') !== undefined) throw error;
    call.io.err.write(`Warning: what operators have edited is not shown. ${(error as Error).message}\n`);
    return [];
  }
}

function showAll({ settings }: Call, edits: readonly EditRow[]): Shown[] {
  const live = new LiveSettings(settings.settings, settings.sources);
  live.apply(edits);
  return (Object.keys(settingSpecs) as SettingName[]).map((name) => {
    const edit = live.editOf(name);
    return {
      name,
      value: shown(name, live.settings[name]),
      source: live.sourceOf(name),
      ...(edit && { edited_by: edit.by, edited_at: isoTime(edit.at) }),
    };
  });
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
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  const pairs = Object.entries(value as object).map(([prefix, tokens]) => `${prefix}=${tokens}`);
  return pairs.length === 0 ? '–' : pairs.join(',');
}

function sourceOf({ source, edited_by, edited_at }: Shown): string {
  return edited_at === undefined ? source : `${source} by ${edited_by}, ${edited_at}`;
}
