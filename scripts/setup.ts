/** Makes a fresh checkout ready to work in: a `.env` for the simulator where there is none, and a database. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.ts';

const firstEnv = `# Settings of this checkout; docs/configuration.md lists them all. Not committed.
# As written here the service talks to the simulator, which "npm run simulator" starts. To spend real money, put
# a real key here and take the second line out.
OPENAI_API_KEY=sk-simulator
OPENAI_BASE_URL=http://127.0.0.1:4010/v1
`;

const envPath = join(root, '.env');
if (existsSync(envPath)) {
  process.stdout.write('.env is there; left as it is.\n');
} else {
  writeFileSync(envPath, firstEnv, { mode: 0o600 });
  process.stdout.write('Wrote .env: the service will talk to the simulator.\n');
}
const { code } = await run('node', ['server/cli.ts', 'migrate'], { echo: true });
if (code === 0)
  process.stdout.write('Ready: "npm run simulator" in one terminal, "npm run dev" in another.\n');
process.exitCode = code;
