/** The rules it lives by, and where each came from. A secret says only whether it is set. */
import type { SettingView } from '../../core/contract/console.ts';
import { type Settings, settingSpecs } from '../config/settings.ts';

export function settingViews(settings: Settings): SettingView[] {
  return Object.entries(settingSpecs).map(([name, spec]) => {
    const value = settings[name as keyof Settings] as unknown;
    const same = JSON.stringify(value) === JSON.stringify(spec.default);
    return {
      name,
      group: spec.group,
      about: spec.about,
      value: spec.kind === 'secret' ? (isSet(value) ? 'set' : 'not set') : shown(value),
      source: same ? 'default' : 'environment',
    };
  });
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null;
}

/** An address may carry a name and a password. */
function shown(value: unknown): string {
  if (value === null) return 'not set';
  return String(Array.isArray(value) ? value.join(', ') : value).replace(/\/\/[^/@\s]*@/g, '//…@');
}
