/** Every example in the help of the commands, as docs/cli.md prints them, is run. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../server/doors/cli/commands.ts';
import {
  makeEmptyDatabase,
  removeTempDatabases,
} from '../../server/store/postgres/temp-database.for-test.ts';
import { batchLine } from '../cli/running-service.for-test.ts';
import { type Receiver, startReceiver } from '../start-receiver.ts';
import { readBlocks } from './blocks.ts';
import { Session } from './session.ts';

const helps = readBlocks('docs/cli.md').map(({ text }) => text);
const examples = helps.flatMap((help) => help.split('\nExamples:\n')[1]?.trimEnd().split('\n') ?? []);

const key = 'obm_of-the-test-0000000000';
const session = new Session({
  service: true,
  settings: { API_KEYS: `test:operate:${key}`, OPENAI_BATCH_MANAGER_KEY: key },
});
let receiver: Receiver;
let batchId = '';

beforeAll(async () => {
  receiver = await startReceiver();
  await session.open();
  await session.run('mkdir backups; for name in one two; do openai-batch-manager keys create $name; done');
  const send = `openai-batch-manager submit - --webhook ${receiver.url} --now`;
  await session.run(`${send} <<'END'\n${batchLine('order-4711')}\nEND`);
  const look = `curl -sS -H 'authorization: Bearer ${key}' http://127.0.0.1:4000/api/requests/order-4711`;
  await session.until(look, '"state":"delivered"');
  batchId = String(JSON.parse((await session.run(look)).out).batch_id);
});
afterAll(async () => {
  await session.close();
  await receiver.close();
  await removeTempDatabases();
});

/** An example's file, address and batch, as they are here. Its lines are new each time. */
function prepare(example: string, index: number): string {
  const lines = [1, 2, 3].map((line) => batchLine(`example-${index}-${line}`)).join('\n');
  session.keepFile('batch.jsonl', lines);
  session.keepBytes('batch.jsonl.gz', gzipSync(`${lines}\n`));
  return example
    .replace('sk-…', 'sk-test')
    .replace('https://example.com/hooks', receiver.url)
    .replace('--batch 12', `--batch ${batchId}`);
}

async function runExample(example: string): Promise<void> {
  const [, name = ''] = /openai-batch-manager ([\w-]+)/.exec(example) ?? [];
  if (name === 'resubmit') return resubmitVanished(example);
  if (name === 'watch') {
    const [, log] = />> (\S+)/.exec(example) ?? [];
    const ran = await session.interrupt(example, ({ out }) => (log ? session.hasFile(log) : out !== ''));
    expect(ran).toMatchObject({ code: 0, err: '' });
    return;
  }
  const alone = ['serve', 'reset', 'migrate-data', 'restored'].includes(name);
  if (alone) await session.stopService();
  if (name === 'serve') await (await session.startToStay(example))();
  else {
    const where = name === 'migrate-data' ? ` --to ${await makeEmptyDatabase()}` : '';
    const ran = await session.run(example + where);
    expect(ran.code, `${ran.out}\n${ran.err}`).toBe(0);
    // The other examples are for the file.
    if (name === 'migrate-data') await session.run('openai-batch-manager migrate-data --take-back');
  }
  if (alone) await session.startService();
}

/** With a simulator of its own, that loses batches. */
async function resubmitVanished(example: string): Promise<void> {
  const vanishing = new Session({ service: true, simulator: { scripts: ['vanished-batch'] } });
  try {
    await vanishing.open();
    await vanishing.run(`openai-batch-manager submit - --none --now <<'END'\n${batchLine('lost')}\nEND`);
    await vanishing.until('curl -sS http://127.0.0.1:4000/api/batches/1', '"condition":"vanished"');
    const ran = await vanishing.run(example.replace(/ \d+$/, ' 1'));
    expect(ran.code, `${ran.out}\n${ran.err}`).toBe(0);
    await vanishing.until('curl -sS http://127.0.0.1:4000/api/batches/1', '"move":"resubmit"');
  } finally {
    await vanishing.close();
  }
}

test('every command has an example', () => {
  for (const { name } of commands) {
    expect(examples.join('\n'), name).toContain(`openai-batch-manager ${name}`);
  }
});

test.each(examples.map((example, index) => ({ example: example.trim(), index })))(
  '$example',
  ({ example, index }) => runExample(prepare(example, index)),
  90_000,
);
