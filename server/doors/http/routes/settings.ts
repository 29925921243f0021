/** Settings: what holds, where each value came from, and editing without a restart. */
import Type from 'typebox';
import { SettingsSchema } from '../../../../core/contract/settings.ts';
import { editSettings, resetCap, resetSetting } from '../../../operator/edit-settings.ts';
import { settingsView } from '../../../views/setting-views.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';

export function settingRoutes({ app, ctx }: Door): void {
  const takenBack = { 200: SettingsSchema, ...errors(404) };
  app.get('/api/settings', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'Every setting with its value and where it came from',
      tags: ['settings'],
      response: { 200: SettingsSchema, ...errors() },
    },
    handler: async () => settingsView(ctx.live),
  });
  app.patch<{ Body: Record<string, unknown> }>('/api/settings', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Edit settings; they hold at once, and null takes an edit back',
      tags: ['settings'],
      body: Type.Record(Type.String(), Type.Unknown(), {
        description:
          'Settings by name. TOKEN_CAPS is an object of caps by the beginning of a model name; what it does not name stays.',
        examples: [{ POLL_INTERVAL_MS: 30_000, TOKEN_CAPS: { 'gpt-4o': 90_000, o3: null } }],
      }),
      response: { 200: SettingsSchema, ...errors(...bodyErrors, 422) },
    },
    handler: async (request) => {
      await editSettings(ctx, request.body, actorOf(request));
      return settingsView(ctx.live);
    },
  });
  app.delete<{ Params: { name: string } }>('/api/settings/:name', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Take an edit back: the environment or the default holds again',
      tags: ['settings'],
      params: Type.Object({ name: Type.String() }),
      response: takenBack,
    },
    handler: async (request) => {
      await resetSetting(ctx, request.params.name, actorOf(request));
      return settingsView(ctx.live);
    },
  });
  app.delete<{ Params: { prefix: string } }>('/api/settings/TOKEN_CAPS/:prefix', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Take the edited cap of one model prefix back',
      tags: ['settings'],
      params: Type.Object({ prefix: Type.String() }),
      response: takenBack,
    },
    handler: async (request) => {
      await resetCap(ctx, request.params.prefix, actorOf(request));
      return settingsView(ctx.live);
    },
  });
}
