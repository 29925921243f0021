/** Makes `dist`, what the package holds: JavaScript for people without our sources. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.ts';

rmSync(join(root, 'dist'), { recursive: true, force: true });
let { code } = await run('tsc', ['-p', 'tsconfig.build.json'], { echo: true });
if (code === 0) ({ code } = await run('vite', ['build', 'web', '--logLevel', 'warn'], { echo: true }));
if (code === 0) chmodSync(join(root, 'dist', 'server', 'cli.js'), 0o755);
process.exitCode = code;
