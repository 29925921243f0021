#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=8 --heap-growing-percent=50 --no-parallel-scavenge
/** The command `openai-batch-manager`. Nothing is imported before it is known that this Node can read it. */
import { nodeComplaint } from './config/node-version.ts';

const complaint = nodeComplaint(process.version);
if (complaint === null) {
  const { runCli } = await import('./doors/cli/run-cli.ts');
  // The service is much larger than the other commands, so it is read only when it is to run.
  await runCli(process.argv.slice(2), async (env) => (await import('./serve.ts')).serve(env));
} else {
  process.stderr.write(`${complaint}\n`);
  process.exitCode = 1;
}
