import type { Command } from '../command.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Run the service',
  about:
    'Runs the service in this process until SIGTERM or SIGINT. The database is made and migrated first; a refused\n' +
    'OPENAI_API_KEY stops the start, an unreachable provider only warns. Logs are JSON lines on standard output.',
  options: {},
  examples: ['OPENAI_API_KEY=sk-… openai-batch-manager serve'],
  run: async ({ serve: start, env }) => {
    await start(env);
    return 0;
  },
};
