/** The service: settings, parts, start, stop. */
import { composeService } from './compose.ts';
import { readSettings } from './config/read-settings.ts';
import { explainStart, startService, stopService } from './lifecycle.ts';

/** A stop that takes longer than this is cut short; leases run out by themselves. */
const lastMomentMs = 9_500;

try {
  const service = await composeService(readSettings(process.env).settings);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      setTimeout(() => process.exit(1), lastMomentMs).unref();
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
