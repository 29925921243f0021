/** Reads every import of the project and refuses one that climbs. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFile } from './architecture-rules.ts';
import { root } from './run.ts';

const files = globSync('{core,server,simulator,bench,web/src}/**/*.{ts,tsx}', { cwd: root }).filter(
  (file) => !/\.(test|for-test)\.ts$/.test(file) && !file.includes('/conformance/'),
);
const complaints = files.flatMap((file) => checkFile(file, readFileSync(join(root, file), 'utf8')));
for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.stdout.write(`${files.length} files read, ${complaints.length} imports climb\n`);
process.exitCode = complaints.length === 0 ? 0 : 1;
