#!/usr/bin/env node
/** The command `openai-batch-manager`. Nothing is imported before it is known that this Node can read it. */
import { nodeComplaint } from './config/node-version.ts';

const complaint = nodeComplaint(process.version);
if (complaint === null) {
  const [{ runCli }, { serve }] = await Promise.all([import('./doors/cli/run-cli.ts'), import('./serve.ts')]);
  await runCli(process.argv.slice(2), serve);
} else {
  process.stderr.write(`${complaint}\n`);
  process.exitCode = 1;
}
