import { type Call, type Command, serviceOptions, textOption, UsageError } from '../command.ts';
import { plural } from '../in-words.ts';
import { type Service, withService } from '../service.ts';

export const redeliver: Command = {
  name: 'redeliver',
  summary: 'Deliver outcomes again',
  args: '[CUSTOM_ID]',
  argCount: { least: 0, most: 1 },
  about:
    'Hands one outcome over once more; or, counted first and then in the background, those of a batch (the failed ones, or\n' +
    'all), or by destination, time, tag or model. GET /api/redeliveries tells how far it is.',
  options: {
    batch: { type: 'string', value: 'ID', about: 'A batch; say --failed or --all as well.' },
    failed: { type: 'boolean', about: 'Those whose delivery failed.' },
    all: { type: 'boolean', about: 'Also those that were delivered.' },
    destination: {
      type: 'string',
      value: 'ID',
      about: 'What failed to reach a destination; see "destinations list".',
    },
    since: {
      type: 'string',
      value: 'TIME',
      about: 'Only what ended at or after this time, such as 2026-11-23T12:00Z.',
    },
    tag: { type: 'string', value: 'TAG', about: 'Requests with this tag.' },
    model: { type: 'string', value: 'MODEL', about: 'Requests to this model.' },
    'dry-run': { type: 'boolean', about: 'Only count what matches.' },
    abort: { type: 'string', value: 'ID', about: 'End a redelivery that goes on in the background.' },
    ...serviceOptions,
  },
  examples: [
    'openai-batch-manager redeliver --batch 12 --failed',
    'openai-batch-manager redeliver order-4711',
    'openai-batch-manager redeliver --destination 1 --since 2026-11-23T12:00Z --dry-run',
  ],
  run: (call) => withService(call, (service) => redeliverAsAsked(call, service)),
};

async function redeliverAsAsked(call: Call, service: Service): Promise<number> {
  const { options, args, io } = call;
  const [customId] = args;
  const batch = textOption(call, 'batch');
  const abort = textOption(call, 'abort');
  if (abort !== undefined) return abortRedelivery(call, service, abort);
  if (filterNames.some((name) => textOption(call, name) !== undefined)) return orderByFilter(call, service);
  if ((customId === undefined) === (batch === undefined)) {
    throw new UsageError('Say what to deliver again: a CUSTOM_ID, or --batch ID.');
  }
  if (batch !== undefined && Boolean(options['failed']) === Boolean(options['all'])) {
    throw new UsageError('With --batch say either --failed or --all.');
  }
  await service.mustRun();
  if (customId !== undefined) {
    await service.json(`/api/requests/${encodeURIComponent(customId)}/redeliver`, { method: 'POST' });
    io.out.write(`${customId} is delivered again.\n`);
    return 0;
  }
  const path = `/api/batches/${encodeURIComponent(batch ?? '')}/redeliver`;
  const which = options['all'] ? 'all' : 'failed';
  return countAndOrder(call, (dryRun) =>
    service.json(path, { method: 'POST', query: { which, dry_run: String(dryRun) } }),
  );
}

const filterNames = ['destination', 'since', 'tag', 'model'] as const;

async function orderByFilter(call: Call, service: Service): Promise<number> {
  const { options } = call;
  const [destination, batch] = [textOption(call, 'destination'), textOption(call, 'batch')];
  const filter = {
    which: options['all'] ? 'all' : 'failed',
    ...(destination !== undefined && { destination: Number(destination) }),
    ...(batch !== undefined && { batch: Number(batch) }),
    since: textOption(call, 'since'),
    tag: textOption(call, 'tag'),
    model: textOption(call, 'model'),
  };
  await service.mustRun();
  return countAndOrder(call, (dry_run) =>
    service.json('/api/redeliveries', { method: 'POST', json: { ...filter, dry_run } }),
  );
}

/** @param send the order, or its dry run */
async function countAndOrder(
  { options, io }: Call,
  send: <T>(dryRun: boolean) => Promise<T>,
): Promise<number> {
  const { count, more } = await send<{ count: number; more: boolean }>(true);
  const outcomes = `${plural(count, 'outcome')}${more ? ' or more' : ''}`;
  if (options['dry-run']) {
    io.out.write(`${outcomes} would be delivered again.\n`);
    return 0;
  }
  const { id } = await send<{ id: number }>(false);
  io.out.write(`${outcomes} to be delivered again: redelivery ${id}.\n`);
  return 0;
}

async function abortRedelivery({ io }: Call, service: Service, id: string): Promise<number> {
  const path = `/api/redeliveries/${encodeURIComponent(id)}/abort`;
  const { redelivered } = await service.json<{ redelivered: number }>(path, { method: 'POST' });
  io.out.write(`Redelivery ${id} has ended after ${plural(redelivered, 'outcome')}.\n`);
  return 0;
}
