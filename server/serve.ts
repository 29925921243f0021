/** The service as a process: settings, parts, start, stop on a signal. */
import { composeService } from './compose/service.ts';
import { findUnknownSettings } from './config/find-unknown.ts';
import { type Environment, readSettings } from './config/read-settings.ts';
import { explainStart, startService, stopService } from './lifecycle.ts';
import { makeLogger } from './logger.ts';

/** A stop that takes this much longer than the drain is cut short; leases run out by themselves. */
const lastMomentMs = 1_500;

/** Starts the service and returns; the process ends by a signal, or with code 1 when it cannot start. */
export async function serve(env: Environment): Promise<void> {
  try {
    const { settings, sources } = readSettings(env);
    const log = makeLogger(settings);
    for (const unknown of findUnknownSettings(env)) log.warn({ event: 'setting_unknown', ...unknown });
    const service = await composeService(settings, { log, sources });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        setTimeout(() => process.exit(1), settings.DRAIN_MS + lastMomentMs).unref();
        void stopService(service).then(() => process.exit(0));
      });
    }
    await startService(service).catch(async (error) => {
      await service.ctx.store.close();
      throw error;
    });
  } catch (error) {
    process.stderr.write(`${explainStart(error)}\n`);
    process.exit(1);
  }
}
