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

interface Fed {
  readonly perSecond: number;
  /** CPU of the database for a request, in µs. */
  readonly databaseUs: number;
}

async function feed(round: string, models: readonly string[]): Promise<Fed> {
  const both = models.map((model, n) =>
    run(process.execPath, [script, url, `${round}-${models.join('')}-${n}`, model, seconds, rows]),
  );
  const said = await Promise.all(both);
  const fed = said.map(({ stdout }) => JSON.parse(stdout) as Fed);
  return {
    perSecond: fed.reduce((sum, { perSecond }) => sum + perSecond, 0),
    databaseUs: fed[0]?.databaseUs ?? 0,
  };
}

const ratios: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const alone = await feed(`${round}`, ['one']);
  const { perSecond: two } = await feed(`${round}`, ['one', 'two']);
  const { perSecond: one } = await feed(`${round}`, ['one', 'one']);
  ratios.push(one / two);
  process.stdout.write(
    `one replica ${alone.perSecond}/s, ${alone.databaseUs} µs of the database's CPU for a request; ` +
      `two on two keys ${two}/s, two on one key ${one}/s: ${(one / two).toFixed(2)}\n`,
  );
}
ratios.sort((a, b) => a - b);
process.stdout.write(`median ratio ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}\n`);
