import { type Command, serviceOptions } from '../command.ts';
import { plural } from '../in-words.ts';
import { withService } from '../service.ts';
import { alignColumns } from '../write-out.ts';

interface Orphan {
  readonly id: number;
  readonly kind: string;
  readonly remote_id: string;
  readonly about: string;
  readonly removing: boolean;
}

export const orphans: Command = {
  name: 'orphans',
  summary: 'Show or remove what belongs to nothing here',
  about:
    'Lists files and running batches at OpenAI that carry our tag and belong to no batch here. With --remove they\n' +
    'are removed there: files are deleted, batches cancelled. They are looked for at the start and every hour.',
  options: { remove: { type: 'boolean', about: 'Remove them all.' }, ...serviceOptions },
  examples: ['openai-batch-manager orphans', 'openai-batch-manager orphans --remove'],
  run: (call) =>
    withService(call, async (service) => {
      await service.mustRun();
      const { data } = await service.json<{ data: Orphan[] }>('/api/orphans');
      const { out } = call.io;
      out.write(
        data.length === 0
          ? 'Nothing at OpenAI is without an owner here.\n'
          : alignColumns(data.map((one) => [String(one.id), one.kind, one.remote_id, one.about])),
      );
      if (!call.options['remove']) return 0;
      for (const { id } of data) await service.json(`/api/orphans/${id}`, { method: 'DELETE' });
      out.write(`${plural(data.length, 'removal')} ordered.\n`);
      return 0;
    }),
};
