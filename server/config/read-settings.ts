/** Reads settings from the environment, complaining about everything that is wrong at once. */
import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import type { TokenCaps } from './setting-spec.ts';
import { type SettingName, type Settings, settingSpecs } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value came from: `secret file` is the one that NAME_FILE names. */
export type Source = 'default' | 'environment' | '.env' | 'secret file';

export interface ReadSettings {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingName, Source>>;
}

/** Settings as far as they can be read: a wrong one has its default here and a complaint beside it. */
export interface InspectedSettings extends ReadSettings {
  /** What is wrong, one sentence each. */
  readonly complaints: readonly string[];
  /** What a service cannot start without, and a command may well. */
  readonly missing: readonly string[];
}

/**
 * The settings of an environment; a name with `_FILE` behind it names a file that holds the value.
 *
 * @throws ConfigError naming every wrong or missing setting
 */
export function readSettings(env: Environment): ReadSettings {
  const { settings, sources, complaints, missing } = inspectSettings(env);
  if (complaints.length + missing.length > 0) throw new ConfigError([...complaints, ...missing]);
  return { settings, sources };
}

/** @param fromFile names whose value comes from a `.env` file */
export function inspectSettings(
  env: Environment,
  fromFile: ReadonlySet<string> = new Set(),
): InspectedSettings {
  const complaints: string[] = [];
  const missing: string[] = [];
  const values: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const name of Object.keys(settingSpecs) as SettingName[]) {
    const before = complaints.length;
    const given = findValue(env, name, complaints);
    const place = given && fromFile.has(given.key) ? '.env' : 'environment';
    sources[name] = given === undefined ? 'default' : given.isFile ? 'secret file' : place;
    values[name] = given === undefined ? settingSpecs[name].default : parse(name, given.text, complaints);
    if (name === 'OPENAI_API_KEY' && given === undefined && complaints.length === before) {
      missing.push('OPENAI_API_KEY is missing: set it to a key of the project that pays for the batches.');
    }
  }
  complaints.push(...contradictions(values as unknown as Settings));
  missing.push(...missingWith(values as unknown as Settings));
  return {
    settings: values as unknown as Settings,
    sources: sources as Record<SettingName, Source>,
    complaints: [...new Set(complaints)],
    missing,
  };
}

/** Settings that are right each by itself, and wrong together. */
function contradictions({ RABBITMQ_INPUT_QUEUE: input, RABBITMQ_DEAD_LETTER_QUEUE: refused }: Settings) {
  if (input === null || input !== refused) return [];
  return [
    'RABBITMQ_DEAD_LETTER_QUEUE is the input queue itself: what is refused would come back for ever. Name another queue.',
  ];
}

/** What replicas must agree on has no file that one of them could make for all. */
function missingWith(settings: Settings): string[] {
  const { DATABASE_URL, SECRET_KEY_BASE, WEBHOOK_SECRET, ROLE } = settings;
  if (DATABASE_URL === null) {
    return ROLE === 'all' ? [] : [`ROLE=${ROLE} needs DATABASE_URL: a SQLite file serves one process.`];
  }
  const missing: string[] = [];
  if (SECRET_KEY_BASE === null) {
    missing.push(
      'SECRET_KEY_BASE is missing: with DATABASE_URL every replica needs the same one; make it with: openssl rand -hex 32.',
    );
  }
  if (WEBHOOK_SECRET === null) {
    missing.push(
      'WEBHOOK_SECRET is missing: with DATABASE_URL every replica needs the same one; make it with: echo whsec_$(openssl rand -base64 32).',
    );
  }
  return missing;
}

interface Given {
  /** The name under which it was found. */
  readonly key: string;
  readonly text: string;
  readonly isFile: boolean;
}

/** Empty counts as not set. The own name comes before aliases, a value before a file. */
function findValue(env: Environment, name: SettingName, complaints: string[]): Given | undefined {
  const spec = settingSpecs[name] as { aliases?: readonly string[] };
  for (const key of [name, ...(spec.aliases ?? [])]) {
    const text = env[key]?.trim() ?? '';
    if (text !== '') return { key, text: key === 'PHX_HOST' ? asUrl(text) : text, isFile: false };
    const path = env[`${key}_FILE`] ?? '';
    if (path === '') continue;
    const secret = readSecretFile(path);
    if (secret) return { key, text: secret, isFile: true };
    complaints.push(`${key}_FILE names ${path}, which ${secret === '' ? 'is empty' : 'cannot be read'}.`);
  }
  return undefined;
}

function readSecretFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** The original's setting is a bare host name. */
function asUrl(host: string): string {
  return host.includes('://') ? host : `https://${host}`;
}

interface Rule {
  readonly kind: string;
  readonly default: unknown;
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  readonly check?: (text: string) => string | null;
}

/** The value of a text, or the default with a complaint. A complaint never shows a secret. */
function parse(name: SettingName, text: string, complaints: string[]): unknown {
  const spec = settingSpecs[name] as Rule;
  const complain = (what: string) => {
    complaints.push(`${name} ${what}`);
    return spec.default;
  };
  switch (spec.kind) {
    case 'integer':
      return parseInteger(text, spec) ?? complain(`must be a whole number ${range(spec)}, not "${text}".`);
    case 'integers': {
      const numbers = text.split(',').map((part) => parseInteger(part, spec));
      return numbers.includes(null)
        ? complain(`must be whole numbers ${range(spec)}, separated by commas, not "${text}".`)
        : numbers;
    }
    case 'caps':
      return (
        parseCaps(text) ??
        complain('must be prefixes with tokens above 0, such as gpt-4o=90000,gpt-5=1_500_000.')
      );
    case 'choice':
      return spec.choices?.includes(text)
        ? text
        : complain(`must be one of ${spec.choices?.join(', ')}, not "${text}".`);
    case 'url':
      return isHttpUrl(text) ? text.replace(/\/+$/, '') : complain('must be an http or https URL.');
    default: {
      const wrong = spec.check?.(text) ?? null;
      if (wrong !== null) return complain(wrong);
      return Array.isArray(spec.default) ? splitList(text) : text;
    }
  }
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseInteger(text: string, { least = 0, most = Number.MAX_SAFE_INTEGER }): number | null {
  const digits = text.trim();
  const value = /^\d+(_\d+)*$/.test(digits) ? Number(digits.replaceAll('_', '')) : Number.NaN;
  return Number.isSafeInteger(value) && value >= least && value <= most ? value : null;
}

/** `prefix=tokens`, separated by commas; a prefix twice is a slip of the pen. */
function parseCaps(text: string): TokenCaps | null {
  const caps: Record<string, number> = {};
  for (const part of splitList(text)) {
    const [prefix = '', tokens = '', ...more] = part.split('=').map((piece) => piece.trim());
    const value = parseInteger(tokens, { least: 1 });
    if (prefix === '' || value === null || more.length > 0 || Object.hasOwn(caps, prefix)) return null;
    caps[prefix] = value;
  }
  return caps;
}

function range({ least = 0, most = Number.MAX_SAFE_INTEGER }): string {
  return most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
