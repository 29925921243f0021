/** The rules it lives by, and where each came from. A secret says only whether it is set. */
import type { Static } from 'typebox';
import type { SettingsSchema } from '../../core/contract/settings.ts';
import { isEditable, type LiveSettings } from '../config/live-settings.ts';
import { type SettingName, type Settings, settingSpecs } from '../config/settings.ts';
import { isoTimeOrNull } from './times.ts';

const names = Object.keys(settingSpecs) as SettingName[];

/** For the console: values as text. */
export type SettingsView = Static<typeof SettingsSchema>;

export function settingsView(live: LiveSettings): SettingsView {
  return {
    data: names.map((name) => {
      const { group, about, default: fallback } = settingSpecs[name];
      const edit = live.editOf(name);
      return {
        name,
        group,
        about,
        value: visible(name, live.settings),
        default: fallback,
        source: live.sourceOf(name),
        editable: isEditable(name),
        edited_by: edit?.by ?? null,
        edited_at: isoTimeOrNull(edit?.at ?? null),
      };
    }),
    caps: live.caps().map(({ prefix, tokens, edit }) => ({
      prefix,
      tokens,
      source: edit ? 'edited' : 'environment',
      edited_by: edit?.by ?? null,
      edited_at: isoTimeOrNull(edit?.at ?? null),
    })),
  };
}

/** An address may carry a name and a password. */
function visible(name: SettingName, settings: Settings): unknown {
  const value = settings[name] as unknown;
  if (settingSpecs[name].kind === 'secret') return isSet(value) ? 'set' : 'not set';
  const masked = (text: unknown) =>
    typeof text === 'string' ? text.replace(/\/\/[^/@\s]*@/g, '//…@') : text;
  return Array.isArray(value) ? value.map(masked) : masked(value);
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null;
}
