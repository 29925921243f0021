import { join } from 'node:path';
import { projectRoot } from '../../demo/start-service.ts';
import { run } from '../../scripts/run.ts';

/** Beside the packages it needs, and not `dist`: that may be made anew by somebody else meanwhile. */
const folder = join(projectRoot, 'node_modules', '.cache', 'compiled-service');

/** Compiles the service as it is installed. @returns what Node runs */
export async function compileService(): Promise<string> {
  const { code, output } = await run('tsc', ['-p', 'tsconfig.build.json', '--outDir', folder]);
  if (code !== 0) throw new Error(`the service does not compile:\n${output}`);
  return join(folder, 'server', 'main.js');
}
