import { type Command, serviceOptions } from '../command.ts';
import { withService } from '../service.ts';

export const resubmit: Command = {
  name: 'resubmit',
  summary: 'Send a vanished batch again',
  args: 'BATCH',
  argCount: { least: 1, most: 1 },
  about:
    'Sends the requests of a batch again that OpenAI does not know any more. By itself that happens when its window ' +
    'and an hour are over. Should OpenAI have run it, its requests are paid twice.',
  options: serviceOptions,
  examples: ['openai-batch-manager resubmit 12'],
  run: (call) =>
    withService(call, async (service) => {
      await service.mustRun();
      const [id = ''] = call.args;
      await service.json(`/api/batches/${encodeURIComponent(id)}/resubmit`, { method: 'POST' });
      call.io.out.write(`Batch ${id} is sent again, unless OpenAI knows it after all.\n`);
      return 0;
    }),
};
