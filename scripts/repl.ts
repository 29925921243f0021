/**
 * The service's parts at a prompt: `ctx`, `store`, `service`, all composed as `serve` would, none of them started.
 * Settings come from the environment and `.env`. On SQLite the service itself must be stopped: one process owns the file.
 */
import { start } from 'node:repl';
import { composeService, type Service } from '../server/compose/service.ts';
import { readEnvFile } from '../server/config/env-file.ts';
import { readSettings } from '../server/config/read-settings.ts';
import { explainStart } from '../server/lifecycle.ts';
import { makeLogger } from '../server/logger.ts';
import { root } from './run.ts';

async function compose(): Promise<Service | null> {
  try {
    const { settings } = readSettings(readEnvFile(root, process.env).env);
    return await composeService(settings, { log: makeLogger(settings) });
  } catch (error) {
    process.stderr.write(`${explainStart(error)}\n`);
    process.exitCode = 1;
    return null;
  }
}

const service = await compose();
if (service) {
  process.stdout.write(
    'ctx, store, service. Try: await store.countBatches() — or await service.upkeep.runOnce()\n',
  );
  const prompt = start({ prompt: 'batches> ' });
  Object.assign(prompt.context, { service, ctx: service.ctx, store: service.ctx.store });
  prompt.once('exit', async () => {
    await service.http.app.close();
    await service.ctx.store.close();
    process.exit();
  });
}
