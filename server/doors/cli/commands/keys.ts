import { type Scope, scopes } from '../../../operator/api-keys.ts';
import { type Call, type Command, serviceOptions, textOption, UsageError } from '../command.ts';
import { type KeyDoor, withKeys } from '../key-door.ts';
import { alignColumns } from '../write-out.ts';

const whereKeysLive =
  'Goes through the running service when there is one (scope operate), else to the database.';

export const listKeys: Command = {
  name: 'keys list',
  summary: 'List API keys',
  about: `Lists API keys with their scopes; the keys themselves are not kept.\n${whereKeysLive}`,
  options: serviceOptions,
  examples: ['openai-batch-manager keys list'],
  run: (call) => withKeys(call, (keys) => list(call, keys)),
};

export const createKeys: Command = {
  name: 'keys create',
  summary: 'Make an API key, shown this once',
  args: 'NAME',
  argCount: { least: 1, most: 1 },
  about:
    'Makes an API key and writes it to standard output; it is not kept and cannot be shown again. Scopes: produce\n' +
    `(send requests), read (look and fetch results), operate (everything).\n${whereKeysLive}`,
  options: {
    scopes: { type: 'string', value: 'SCOPES', about: 'Joined by +; produce+read when left out.' },
    ...serviceOptions,
  },
  examples: ['openai-batch-manager keys create app --scopes produce+read'],
  run: (call) => {
    const wanted = readScopes(textOption(call, 'scopes') ?? 'produce+read');
    return withKeys(call, (keys) => create(call, keys, wanted));
  },
};

export const revokeKeys: Command = {
  name: 'keys revoke',
  summary: 'Revoke an API key',
  args: 'ID',
  argCount: { least: 1, most: 1 },
  about: `Revokes an API key by its id, as "keys list" shows it; effective within 5 seconds.\n${whereKeysLive}`,
  options: serviceOptions,
  examples: ['openai-batch-manager keys revoke 3'],
  run: (call) => {
    const id = Number(call.args[0]);
    if (!Number.isSafeInteger(id) || id < 1) throw new UsageError('ID must be a number; see "keys list".');
    return withKeys(call, async (keys) => {
      await keys.revoke(id);
      call.io.out.write(`Key ${id} is revoked.\n`);
      return 0;
    });
  },
};

async function list({ io }: Call, keys: KeyDoor): Promise<number> {
  const all = await keys.list();
  const rows = all.map((key) => [
    String(key.id),
    key.name,
    key.scopes.join('+'),
    key.created_at,
    key.revoked_at === null ? 'valid' : `revoked ${key.revoked_at}`,
  ]);
  io.out.write(alignColumns([['id', 'name', 'scopes', 'created', 'state'], ...rows]));
  return 0;
}

async function create({ io, args }: Call, keys: KeyDoor, wanted: Scope[]): Promise<number> {
  const { id, key } = await keys.create(args[0] ?? '', wanted);
  io.out.write(`${key}\n`);
  io.err.write(`Key ${id} (${wanted.join('+')}) is made; this is the only time it is shown.\n`);
  return 0;
}

function readScopes(text: string): Scope[] {
  const wanted = text.split(/[+,]/);
  const wrong = wanted.find((scope) => !(scopes as readonly string[]).includes(scope));
  if (wrong !== undefined) {
    throw new UsageError(`There is no scope "${wrong}". Scopes: ${scopes.join(', ')}; join them by +.`);
  }
  return wanted as Scope[];
}
