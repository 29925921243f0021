/** Reads settings from the environment, complaining about everything that is wrong at once. */
import { readFileSync } from 'node:fs';
import { type SettingName, type Settings, settingSpecs } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value came from. */
export type Source = 'default' | 'environment' | 'file';

export interface ReadSettings {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingName, Source>>;
}

/** Everything that is wrong with the configuration, one sentence each. */
export class ConfigError extends Error {
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(`The configuration is not usable:\n${complaints.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.complaints = complaints;
  }
}

/**
 * The settings of an environment; a name with `_FILE` behind it names a file that holds the value.
 *
 * @throws ConfigError naming every wrong or missing setting
 */
export function readSettings(env: Environment): ReadSettings {
  const complaints: string[] = [];
  const values: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const name of Object.keys(settingSpecs) as SettingName[]) {
    const given = findValue(env, name, complaints);
    sources[name] = given?.source ?? 'default';
    values[name] = given === undefined ? settingSpecs[name].default : parse(name, given.text, complaints);
  }
  if (!values['OPENAI_API_KEY']) {
    complaints.push('OPENAI_API_KEY is missing: set it to a key of the project that pays for the batches.');
  }
  if (complaints.length > 0) throw new ConfigError([...new Set(complaints)]);
  return { settings: values as unknown as Settings, sources: sources as Record<SettingName, Source> };
}

function findValue(
  env: Environment,
  name: SettingName,
  complaints: string[],
): { text: string; source: Source } | undefined {
  const spec = settingSpecs[name] as { aliases?: readonly string[] };
  for (const key of [name, ...(spec.aliases ?? [])]) {
    const text = env[key];
    if (text !== undefined && text !== '') {
      return { text: key === 'PHX_HOST' ? asUrl(text) : text, source: 'environment' };
    }
    const path = env[`${key}_FILE`];
    if (path === undefined || path === '') continue;
    try {
      return { text: readFileSync(path, 'utf8').trim(), source: 'file' };
    } catch {
      complaints.push(`${key}_FILE names ${path}, which cannot be read.`);
    }
  }
  return undefined;
}

/** The original's setting is a bare host name. */
function asUrl(host: string): string {
  return host.includes('://') ? host : `https://${host}`;
}

function parse(name: SettingName, text: string, complaints: string[]): unknown {
  const spec = settingSpecs[name] as {
    kind: string;
    default: unknown;
    choices?: readonly string[];
    least?: number;
    most?: number;
  };
  const complain = (what: string) => {
    complaints.push(`${name} ${what}`);
    return spec.default;
  };
  switch (spec.kind) {
    case 'integer':
      return parseInteger(text, spec) ?? complain(`must be a whole number ${range(spec)}, not "${text}".`);
    case 'integers': {
      const numbers = text.split(',').map((part) => parseInteger(part, spec));
      return numbers.includes(null) ? complain('must be whole numbers separated by commas.') : numbers;
    }
    case 'choice':
      return spec.choices?.includes(text) ? text : complain(`must be one of ${spec.choices?.join(', ')}.`);
    case 'url':
      return isHttpUrl(text) ? text.replace(/\/+$/, '') : complain('must be an http or https URL.');
    case 'list':
      return splitList(text);
    default:
      return Array.isArray(spec.default) ? splitList(text) : text;
  }
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseInteger(text: string, { least = 0, most = Number.MAX_SAFE_INTEGER }): number | null {
  const value = /^\d+(_\d+)*$/.test(text.trim()) ? Number(text.trim().replaceAll('_', '')) : Number.NaN;
  return Number.isSafeInteger(value) && value >= least && value <= most ? value : null;
}

function range({ least = 0, most = Number.MAX_SAFE_INTEGER }): string {
  return most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
