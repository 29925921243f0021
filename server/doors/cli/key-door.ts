/** API keys through the running service, or in the database when none runs. */
import { systemClock } from '../../engine/clock.ts';
import { createKey, revokeKey, type Scope } from '../../operator/api-keys.ts';
import { openStore } from '../../store/open-store.ts';
import { isoTime, isoTimeOrNull } from '../../views/times.ts';
import { type Call, textOption, UsageError } from './command.ts';
import { type Service, withService } from './service.ts';

export interface KeyView {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created_at: string;
  readonly revoked_at: string | null;
}

export interface KeyDoor {
  list(): Promise<KeyView[]>;
  create(name: string, scopes: readonly Scope[]): Promise<{ readonly id: number; readonly key: string }>;
  revoke(id: number): Promise<void>;
}

/** A service that was named by --url must answer; otherwise the database is opened when none does. */
export function withKeys(call: Call, act: (keys: KeyDoor) => Promise<number>): Promise<number> {
  return withService(call, async (service) => {
    if (textOption(call, 'url') !== undefined) await service.mustRun();
    return (await service.isRunning()) ? act(throughService(service)) : inDatabase(call, act);
  });
}

function throughService(service: Service): KeyDoor {
  return {
    list: async () => (await service.json<{ data: KeyView[] }>('/api/keys')).data,
    create: (name, scopes) => service.json('/api/keys', { method: 'POST', json: { name, scopes } }),
    revoke: async (id) => {
      await service.json(`/api/keys/${id}`, { method: 'DELETE' });
    },
  };
}

async function inDatabase(call: Call, act: (keys: KeyDoor) => Promise<number>): Promise<number> {
  const store = await openStore(call.settings.settings);
  const ctx = { store, clock: systemClock };
  try {
    return await act({
      list: async () =>
        (await store.listApiKeys()).map((row) => ({
          id: row.id,
          name: row.name,
          scopes: row.scopes.split(' ') as Scope[],
          created_at: isoTime(row.created_at),
          revoked_at: isoTimeOrNull(row.revoked_at),
        })),
      create: async (name, scopes) => {
        checkName(name);
        const { key, row } = await createKey(ctx, { name, scopes, actor: 'command line' });
        return { id: row.id, key };
      },
      revoke: (id) => revokeKey(ctx, id),
    });
  } finally {
    await store.close();
  }
}

/** The rule of POST /api/keys. */
function checkName(name: string): void {
  if (!/^[^:]{1,64}$/.test(name)) throw new UsageError('NAME must be 1 to 64 characters without a colon.');
}
