import { readFlags, usage } from './read-flags.ts';
import { startSimulator } from './start-simulator.ts';

try {
  const options = readFlags(process.argv.slice(2), process.env);
  if (options === null) process.stdout.write(usage);
  else await serve(options);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function serve(options: NonNullable<ReturnType<typeof readFlags>>): Promise<void> {
  const simulator = await startSimulator(options);
  simulator.events.on('fault', (error) => process.stderr.write(`${(error as Error).stack}\n`));
  const ready = { event: 'listening', url: simulator.origin, OPENAI_BASE_URL: simulator.url };
  process.stdout.write(
    process.stdout.isTTY
      ? `Simulated OpenAI at ${simulator.origin}, set OPENAI_BASE_URL=${simulator.url}\n`
      : `${JSON.stringify(ready)}\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}
