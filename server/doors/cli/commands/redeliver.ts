import { type Call, type Command, serviceOptions, textOption, UsageError } from '../command.ts';
import { plural } from '../in-words.ts';
import { type Service, withService } from '../service.ts';

export const redeliver: Command = {
  name: 'redeliver',
  summary: 'Deliver outcomes again',
  args: '[CUSTOM_ID]',
  argCount: { least: 0, most: 1 },
  about: 'Hands one outcome over once more, or those of a batch: the failed ones, or all.',
  options: {
    batch: { type: 'string', value: 'ID', about: 'A batch; say --failed or --all as well.' },
    failed: { type: 'boolean', about: 'Those whose delivery failed.' },
    all: { type: 'boolean', about: 'Also those that were delivered.' },
    ...serviceOptions,
  },
  examples: [
    'openai-batch-manager redeliver --batch 12 --failed',
    'openai-batch-manager redeliver order-4711',
  ],
  run: (call) => withService(call, (service) => redeliverAsAsked(call, service)),
};

async function redeliverAsAsked(call: Call, service: Service): Promise<number> {
  const { options, args, io } = call;
  const [customId] = args;
  const batch = textOption(call, 'batch');
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
  const { redelivered } = await service.json<{ redelivered: number }>(
    `/api/batches/${encodeURIComponent(batch ?? '')}/redeliver`,
    { method: 'POST', query: { which: options['all'] ? 'all' : 'failed' } },
  );
  const are = redelivered === 1 ? 'is' : 'are';
  io.out.write(`${plural(redelivered, 'outcome')} of batch ${batch} ${are} delivered again.\n`);
  return 0;
}
