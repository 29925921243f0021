/** An operator edits settings while the service runs. All of an edit is checked before any of it is written. */
import { AppError, type Complaint, complain } from '../../core/errors.ts';
import {
  capRowName,
  complaintAbout,
  complaintAboutCap,
  type EditableSetting,
  editableSettings,
  isEditable,
  rowNameOf,
  settingOf,
} from '../config/live-settings.ts';
import { settingSpecs } from '../config/settings.ts';
import type { Context } from '../context.ts';

/** Rows to write; null takes the edit back. */
type Rows = Map<string, unknown>;

/** Prefixes that may be set: a bound for the settings table. */
const mostCaps = 500;

/** @throws AppError `validation_error` naming everything that is wrong */
export async function editSettings(
  ctx: Context,
  values: Readonly<Record<string, unknown>>,
  actor: string,
): Promise<void> {
  const rows: Rows = new Map();
  const complaints: Complaint[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (!isEditable(name)) complaints.push(complain('validation_error', whyNot(name), `/${name}`));
    else if (name === 'TOKEN_CAPS') readCaps(value, rows, complaints);
    else readValue(name, value, rows, complaints);
  }
  if (rows.size + complaints.length === 0)
    throw new AppError('validation_error', 'Name at least one setting.');
  throwAll(complaints);
  await write(ctx, rows, actor);
}

/** Takes an edit back: what the environment says holds again. @throws AppError `not_found` */
export async function resetSetting(ctx: Context, name: string, actor: string): Promise<void> {
  if (!isEditable(name) || !ctx.live.editOf(name)) {
    throw new AppError('not_found', `${name} has not been edited.`);
  }
  const caps = ctx.live.caps().filter(({ edit }) => edit !== undefined);
  const rows = name === 'TOKEN_CAPS' ? caps.map(({ prefix }) => capRowName(prefix)) : [rowNameOf(name)];
  await write(ctx, new Map(rows.map((row) => [row, null])), actor);
}

/** Takes one cap back. @throws AppError `not_found` */
export async function resetCap(ctx: Context, prefix: string, actor: string): Promise<void> {
  const found = ctx.live.caps().find((cap) => cap.prefix === prefix);
  if (!found?.edit) throw new AppError('not_found', `There is no edited cap for "${prefix}".`);
  await write(ctx, new Map([[capRowName(prefix), null]]), actor);
}

/** Reads what the store holds: at the start, each minute, and when somebody has edited. */
export async function refreshSettings(ctx: Pick<Context, 'live' | 'store'>): Promise<void> {
  ctx.live.apply(await ctx.store.readSettings());
}

function whyNot(name: string): string {
  return Object.hasOwn(settingSpecs, name)
    ? `${name} is fixed when the service starts: set it in the environment and restart.`
    : `There is no setting ${name}. These can be edited: ${editableSettings.join(', ')}.`;
}

function readValue(name: EditableSetting, value: unknown, rows: Rows, complaints: Complaint[]): void {
  const wrong = value === null ? null : complaintAbout(name, value);
  if (wrong === null) rows.set(rowNameOf(name), value);
  else complaints.push(complain('validation_error', `${name} ${wrong}`, `/${name}`));
}

function readCaps(value: unknown, rows: Rows, complaints: Complaint[]): void {
  const caps = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value ?? {}) : null;
  if (caps === null || caps.length > mostCaps) {
    const wrong = `TOKEN_CAPS must be an object of at most ${mostCaps} caps, such as {"gpt-4o": 90000}; null takes one back.`;
    complaints.push(complain('validation_error', wrong, '/TOKEN_CAPS'));
    return;
  }
  for (const [prefix, tokens] of caps) {
    const wrong = tokens === null ? null : complaintAboutCap(prefix, tokens);
    if (wrong === null) rows.set(capRowName(prefix), tokens);
    else {
      const pointer = `/TOKEN_CAPS/${prefix.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      complaints.push(complain('validation_error', `The cap for "${prefix}" ${wrong}`, pointer));
    }
  }
}

function throwAll([first, ...more]: Complaint[]): void {
  if (!first) return;
  throw new AppError('validation_error', first.detail, {
    more,
    ...(first.source && { pointer: first.source.pointer }),
  });
}

async function write(ctx: Context, rows: Rows, actor: string): Promise<void> {
  const edits = [...rows].map(([name, value]) => ({
    name,
    value: value === null ? null : JSON.stringify(value),
    ...tellEdit(ctx, name, value),
  }));
  await ctx.store.editSettings({ edits, actor, now: ctx.clock.now() });
  await refreshSettings(ctx);
  ctx.wakeUps.wake('settings');
  await wakeWaiting(ctx);
}

/** For the list of orders: the setting, and what it was and is. */
function tellEdit({ live }: Context, row: string, value: unknown) {
  const name = settingOf(row);
  const was =
    name === null
      ? live.caps().find(({ prefix }) => capRowName(prefix) === row)?.tokens
      : live.settings[name];
  const is = value ?? 'what the environment says';
  return { subject: row.replace(':', ' ').slice(0, 600), about: `${was ?? 'none'} → ${is}`.slice(0, 600) };
}

/** A cap may have risen: the oldest of each family looks at once. */
async function wakeWaiting(ctx: Context): Promise<void> {
  const { credentials } = ctx.provider;
  const { sums } = await ctx.store.readCapacity({ credentials });
  for (const { family, waiting } of sums) {
    if (waiting > 0) await ctx.store.wakeFamily({ credentials, family, now: ctx.clock.now() });
  }
  ctx.wakeUps.wake('submit');
}
