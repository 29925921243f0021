/**
 * Settings as they hold now: what the environment says, and over it what operators have edited. `settings` is read
 * like any settings; an edit shows in it at once, without a restart.
 */
import { isPausable, type PausableStage } from '../../core/stages.ts';
import type { Source } from './read-settings.ts';
import { type SettingName, type Settings, settingSpecs } from './settings.ts';

/** What may be edited while the service runs. Everything else is fixed when it starts. */
export const editableSettings = [
  'BATCH_MAX_REQUESTS',
  'BATCH_MAX_BYTES',
  'BATCH_MAX_EMBEDDING_INPUTS',
  'BATCH_MAX_TOKENS',
  'BATCH_MAX_AGE_MS',
  'OPENAI_TIER',
  'TOKEN_CAPS',
  'CREATIONS_PER_HOUR',
  'POLL_INTERVAL_MS',
  'CALL_MAX_TRIES',
  'REMOTE_FILES_KEEP_MS',
  'RETENTION_BODIES_MS',
  'RETENTION_RESULTS_MS',
  'RETENTION_ATTEMPTS_MS',
] as const satisfies readonly SettingName[];

export type EditableSetting = (typeof editableSettings)[number];

/** A row of the store's settings: `setting:NAME`, `cap:PREFIX` for one cap, `paused:STAGE`; the value is JSON. */
export interface EditRow {
  readonly name: string;
  readonly value: string;
  readonly updated_at: number;
  readonly updated_by: string;
}

export interface Edit {
  readonly value: unknown;
  readonly at: number;
  readonly by: string;
}

const settingPrefix = 'setting:';
const capPrefix = 'cap:';
const pausePrefix = 'paused:';

export function rowNameOf(name: EditableSetting): string {
  return settingPrefix + name;
}

/** The setting of a row; null when the row is something else. */
export function settingOf(row: string): EditableSetting | null {
  const name = row.startsWith(settingPrefix) ? row.slice(settingPrefix.length) : '';
  return isEditable(name) ? name : null;
}

export function capRowName(prefix: string): string {
  return capPrefix + prefix;
}

export function pauseRowName(stage: PausableStage): string {
  return pausePrefix + stage;
}

export function isEditable(name: string): name is EditableSetting {
  return (editableSettings as readonly string[]).includes(name);
}

export class LiveSettings {
  readonly settings: Settings;
  readonly #base: Settings;
  readonly #sources: Partial<Record<SettingName, Source>>;
  #edits: ReadonlyMap<EditableSetting, Edit> = new Map();
  #caps: ReadonlyMap<string, Edit> = new Map();
  #pauses: ReadonlyMap<PausableStage, Edit> = new Map();

  /** @param sources where the given values came from, as far as that is known */
  constructor(base: Settings, sources: Partial<Record<SettingName, Source>> = {}) {
    this.#base = base;
    this.#sources = sources;
    const live = { ...base };
    for (const name of editableSettings) {
      Object.defineProperty(live, name, { enumerable: true, get: () => this.#valueOf(name) });
    }
    this.settings = live;
  }

  /** Takes what the store holds. A value that no longer passes its check is passed over. */
  apply(rows: readonly EditRow[]): void {
    const edits = new Map<EditableSetting, Edit>();
    const caps = new Map<string, Edit>();
    const pauses = new Map<PausableStage, Edit>();
    for (const { name, value, updated_at: at, updated_by: by } of rows) {
      // Others keep things in that table, too, in forms of their own.
      if (![capPrefix, settingPrefix, pausePrefix].some((prefix) => name.startsWith(prefix))) continue;
      const edit = { value: JSON.parse(value) as unknown, at, by };
      const setting = name.slice(settingPrefix.length);
      const stage = name.slice(pausePrefix.length);
      if (name.startsWith(capPrefix)) caps.set(name.slice(capPrefix.length), edit);
      else if (name.startsWith(pausePrefix)) {
        if (isPausable(stage)) pauses.set(stage, edit);
      } else if (isEditable(setting) && complaintAbout(setting, edit.value) === null)
        edits.set(setting, edit);
    }
    this.#edits = edits;
    this.#caps = caps;
    this.#pauses = pauses;
  }

  /** Who has paused a stage, and when; undefined while it runs. */
  pauseOf(stage: PausableStage): Edit | undefined {
    return this.#pauses.get(stage);
  }

  editOf(name: SettingName): Edit | undefined {
    if (name !== 'TOKEN_CAPS') return isEditable(name) ? this.#edits.get(name) : undefined;
    const [latest] = [...this.#caps.values()].sort((a, b) => b.at - a.at);
    return latest && { ...latest, value: this.settings.TOKEN_CAPS };
  }

  /** Caps by prefix, each with its edit; none: from the environment. */
  caps(): { readonly prefix: string; readonly tokens: number; readonly edit: Edit | undefined }[] {
    return Object.entries(this.settings.TOKEN_CAPS).map(([prefix, tokens]) => ({
      prefix,
      tokens,
      edit: this.#caps.get(prefix),
    }));
  }

  sourceOf(name: SettingName): Source | 'edited' {
    if (this.editOf(name)) return 'edited';
    const known = this.#sources[name];
    if (known) return known;
    const same = JSON.stringify(this.#base[name]) === JSON.stringify(settingSpecs[name].default);
    return same ? 'default' : 'environment';
  }

  #valueOf(name: EditableSetting): unknown {
    if (name !== 'TOKEN_CAPS') return this.#edits.get(name)?.value ?? this.#base[name];
    const edited = [...this.#caps].map(([prefix, { value }]) => [prefix, value as number]);
    return { ...this.#base.TOKEN_CAPS, ...Object.fromEntries(edited) };
  }
}

/** What is wrong with a value for a setting, as the rest of a sentence that begins with its name; or null. */
export function complaintAbout(name: EditableSetting, value: unknown): string | null {
  const {
    kind,
    choices,
    least = 0,
    most = Number.MAX_SAFE_INTEGER,
  } = settingSpecs[name] as {
    kind: string;
    choices?: readonly string[];
    least?: number;
    most?: number;
  };
  if (kind === 'choice') {
    return choices?.includes(value as string) ? null : `must be one of ${choices?.join(', ')}.`;
  }
  const fits = Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  return fits ? null : `must be a whole number ${range}.`;
}

/** The same for one cap of TOKEN_CAPS. */
export function complaintAboutCap(prefix: string, tokens: unknown): string | null {
  if (prefix.trim() === '' || prefix.length > 256)
    return 'needs the beginning of a model name, 1 to 256 characters.';
  return Number.isSafeInteger(tokens) && (tokens as number) > 0
    ? null
    : 'must be a whole number of tokens above 0.';
}
