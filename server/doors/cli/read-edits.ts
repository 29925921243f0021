/** What operators have edited: asked of the running service, or looked up in the database when none runs. */
import type { Static } from 'typebox';
import type { SettingsSchema } from '../../../core/contract/settings.ts';
import { capRowName, type EditRow, isEditable, rowNameOf } from '../../config/live-settings.ts';
import { inspectSettingRows as inspectPostgres } from '../../store/postgres/inspect-database.ts';
import { inspectSettingRows as inspectFile } from '../../store/sqlite/inspect-database.ts';
import { type Call, textOption } from './command.ts';
import { withService } from './service.ts';

type SettingsAnswer = Static<typeof SettingsSchema>;

/** A service that was named by --url must answer. Nothing is changed here, not even an old schema. */
export function readEdits(call: Call): Promise<readonly EditRow[]> {
  return withService(call, async (service) => {
    if (textOption(call, 'url') !== undefined) await service.mustRun();
    if (await service.isRunning()) return rowsOf(await service.json<SettingsAnswer>('/api/settings'));
    const { DATABASE_URL, DATABASE_PATH } = call.settings.settings;
    return DATABASE_URL === null ? inspectFile(DATABASE_PATH) : inspectPostgres(DATABASE_URL);
  });
}

/** The rows of the store from what the API says of them. */
function rowsOf({ data, caps }: SettingsAnswer): EditRow[] {
  const edited = <T extends SettingsAnswer['data'][number] | SettingsAnswer['caps'][number]>(
    one: T,
    name: string,
    value: unknown,
  ): EditRow => ({
    name,
    value: JSON.stringify(value),
    updated_at: Date.parse(one.edited_at ?? ''),
    updated_by: one.edited_by ?? '',
  });
  const settings = data.filter(({ name, source }) => source === 'edited' && name !== 'TOKEN_CAPS');
  return [
    ...settings.flatMap((one) => (isEditable(one.name) ? [edited(one, rowNameOf(one.name), one.value)] : [])),
    ...caps
      .filter(({ source }) => source === 'edited')
      .map((cap) => edited(cap, capRowName(cap.prefix), cap.tokens)),
  ];
}
