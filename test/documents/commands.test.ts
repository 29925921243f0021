/** Every command and program that the documents print is run as printed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, documents, readBlocks, useOf } from './blocks.ts';
import { notRun } from './not-run.ts';
import { Session } from './session.ts';

/** Documents that start the service themselves. */
const startThemselves = new Set(['README.md']);
/** Where an open batch shall stay open until it is ordered to close. */
const settings: Readonly<Record<string, Record<string, number>>> = {
  'docs/guide/operator.md': { BATCH_MAX_AGE_MS: 600_000 },
};

/** What is printed as output, as a pattern: `…` is anything, lines may end in blanks. */
function patternOf(output: string): RegExp {
  const parts = output.trimEnd().split('…');
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join('[^]*?')}\\s*$`);
}

describe.each(documents)('%s', (document) => {
  const blocks = readBlocks(document);
  const session = new Session({
    service: !startThemselves.has(document),
    settings: settings[document] ?? {},
  });
  const commands = blocks.filter((block) => useOf(block).kind === 'run');
  beforeAll(async () => {
    if (commands.length === 0) return;
    await session.open();
    for (const block of blocks) {
      const use = useOf(block);
      if (use.kind === 'file') session.keepFile(use.name, block.text);
    }
  });
  afterAll(() => session.close());

  test.each(
    commands.map((block) => ({ block, name: `line ${block.line}: ${firstLine(block)}` })),
  )('$name', async ({ block }) => {
    await runBlock(session, block, outputAfter(blocks, block));
  });

  test('its programs are run by its commands', () => {
    const text = commands.map((block) => block.text).join('\n');
    const idle = blocks.map(useOf).filter((use) => use.kind === 'file' && !text.includes(use.name));
    expect(idle).toEqual([]);
  });

  test('output is printed right behind what writes it', () => {
    const lost = blocks.filter((block, index) => {
      const before = blocks[index - 1];
      return useOf(block).kind === 'output' && (!before || useOf(before).kind !== 'run');
    });
    expect(lost).toEqual([]);
  });
});

test('what is not run is listed with a reason, and nothing else is listed', () => {
  const named = documents
    .flatMap(readBlocks)
    .map(useOf)
    .flatMap((use) => (use.kind === 'not-run' ? [use.name] : []));
  expect([...new Set(named)].sort()).toEqual(Object.keys(notRun).sort());
});

async function runBlock(session: Session, block: Block, output: string | null): Promise<void> {
  const use = useOf(block);
  if (use.kind !== 'run') return;
  if (use.how === 'stays') {
    await session.startToStay(block.text);
    return;
  }
  if (use.how === 'stopped') await session.stopService();
  const ran = await session.run(block.text);
  if (use.how === 'stopped') await session.startService();
  expect(ran.code, `${ran.out}\n${ran.err}`).toBe(0);
  if (output !== null) expect(ran.out).toMatch(patternOf(session.here(output)));
}

/** What the document prints as this block's output, if it does. */
function outputAfter(blocks: readonly Block[], block: Block): string | null {
  const next = blocks[blocks.indexOf(block) + 1];
  return next && useOf(next).kind === 'output' ? next.text : null;
}

function firstLine({ text }: Block): string {
  return text.split('\n')[0] ?? '';
}
