import { playDemo } from './play-demo.ts';
import { type DemoOptions, readOptions, usage } from './read-options.ts';

process.exit(await main());

async function main(): Promise<number> {
  let options: DemoOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (!options.help) return await playDemo(options, process.stdout);
  process.stdout.write(usage);
  return 0;
}
