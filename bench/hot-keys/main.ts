/**
 * Do several replicas that feed one {endpoint, model} queue behind one open batch? Feeds one key from two processes,
 * then two keys, by turns; the ratio decides whether one open batch for a key is enough (docs/decisions).
 *
 *   node bench/hot-keys/main.ts postgres://… [rounds] [seconds] [rows in a group]
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const [url = '', rounds = '3', seconds = '5', rows = '64'] = process.argv.slice(2);
const script = fileURLToPath(new URL('./feed.ts', import.meta.url));
const run = promisify(execFile);

async function feedBoth(round: string, models: readonly string[]): Promise<number> {
  const both = models.map((model, n) =>
    run(process.execPath, [script, url, `${round}-${models.join('')}-${n}`, model, seconds, rows]),
  );
  const said = await Promise.all(both);
  return said.reduce((sum, { stdout }) => sum + Number(stdout), 0);
}

const ratios: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const alone = await feedBoth(`${round}`, ['one']);
  const two = await feedBoth(`${round}`, ['one', 'two']);
  const one = await feedBoth(`${round}`, ['one', 'one']);
  ratios.push(one / two);
  process.stdout.write(
    `one replica ${alone}/s, two on two keys ${two}/s, two on one key ${one}/s: ${(one / two).toFixed(2)}\n`,
  );
}
ratios.sort((a, b) => a - b);
process.stdout.write(`median ratio ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}\n`);
