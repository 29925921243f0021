import { type Call, type Command, serviceOptions, textOption } from '../command.ts';
import { readTime } from '../read-time.ts';
import { type Service, withService } from '../service.ts';
import { writeOut } from '../write-out.ts';

export const results: Command = {
  name: 'results',
  summary: 'Write outcomes as JSON lines',
  about:
    "Streams outcomes to standard output, newest request first: OpenAI's result line with your custom_id, or one of\n" +
    'the same shape. Requests without an outcome are left out.',
  options: {
    batch: { type: 'string', value: 'ID', about: 'Only of this batch.' },
    tag: { type: 'string', value: 'TAG', about: 'Only with this tag.' },
    since: {
      type: 'string',
      value: 'TIME',
      about: 'Only of requests created since: 90s, 15m, 2h, 7d, or 2026-11-23T12:00:00Z.',
    },
    ...serviceOptions,
  },
  examples: [
    'openai-batch-manager results --tag nightly > results.jsonl',
    'openai-batch-manager results --since 2h',
  ],
  run: (call) => withService(call, (service) => streamResults(call, service)),
};

async function streamResults(call: Call, service: Service): Promise<number> {
  const since = textOption(call, 'since');
  const query = {
    batch: textOption(call, 'batch'),
    tag: textOption(call, 'tag'),
    after: since === undefined ? undefined : String(readTime('--since', since, Date.now())),
  };
  await service.mustRun();
  for await (const chunk of service.stream('/api/results', { query })) await writeOut(call.io.out, chunk);
  return 0;
}
