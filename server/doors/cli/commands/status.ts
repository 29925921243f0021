import { type Command, serviceOptions } from '../command.ts';
import { readFigures } from '../read-figures.ts';
import { withService } from '../service.ts';
import { figuresAsTable } from '../show-figures.ts';

export const status: Command = {
  name: 'status',
  summary: 'Show how much work stands where',
  about:
    'Shows batches and requests by state, how long the oldest has stood there, whether intake is open, deliveries and\n' +
    'money, from the running service (scope read).',
  options: { json: { type: 'boolean', about: 'As one JSON object.' }, ...serviceOptions },
  examples: ['openai-batch-manager status'],
  run: ({ options, io, ...call }) =>
    withService({ options, io, ...call }, async (service) => {
      await service.mustRun();
      const figures = await readFigures(service);
      io.out.write(options['json'] ? `${JSON.stringify(figures, null, 2)}\n` : figuresAsTable(figures));
      return 0;
    }),
};
