/** The real service against the simulator, for commands that talk to it. */
import { join } from 'node:path';
import { type ServingChild, startService } from '../../demo/start-service.ts';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { newFolder, type Ran, runCommand } from './run-command.for-test.ts';

export interface Running {
  readonly simulator: Simulator;
  readonly service: ServingChild;
  readonly folder: string;
  readonly databasePath: string;
  /** Runs a command against this service. */
  run(args: readonly string[], input?: string): Promise<Ran>;
  stop(): Promise<void>;
}

export async function startRunning(settings: Record<string, string | number> = {}): Promise<Running> {
  const folder = newFolder();
  const databasePath = join(folder, 'store.db');
  const simulator = await startSimulator();
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: simulator.url, DATABASE_PATH: databasePath };
  const service = await startService({ ...env, POLL_INTERVAL_MS: 50, RETRY_FASTER: 100, ...settings });
  return {
    simulator,
    service,
    folder,
    databasePath,
    run: (args, input = '') => runCommand(args, { folder, input, env: { ...env, PUBLIC_URL: service.url } }),
    async stop() {
      await service.stop();
      await simulator.close();
    },
  };
}

/** A line of OpenAI's batch-file format. */
export function batchLine(customId: string, model = 'gpt-4o-mini'): string {
  const body = { model, messages: [{ role: 'user', content: `Say ${customId}.` }] };
  return JSON.stringify({ custom_id: customId, method: 'POST', url: '/v1/chat/completions', body });
}
