/** What the simulator's own tests share: a simulator whose clock stands still, the official client, and lines. */
import OpenAI from 'openai';
import { onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from './index.ts';

export const startsAt = Date.UTC(2026, 8, 29);
export const hour = 3_600_000;

export type Line = Record<string, unknown>;

export interface ResultLine {
  readonly id: string;
  readonly custom_id: string;
  readonly response: { status_code: number; request_id: string; body: Record<string, unknown> } | null;
  readonly error: { code: string; message: string } | null;
}

/** The default clock is stepped: nothing happens before `sim.advance`. Ends with the test. */
export async function startKit(options: SimulatorOptions = {}) {
  const sim = await startSimulator({ clock: { kind: 'stepped', startsAt }, ...options });
  const faults: unknown[] = [];
  sim.events.on('fault', (fault) => faults.push(fault));
  onTestFinished(async () => {
    await sim.close();
    if (faults.length > 0) throw faults[0];
  });
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: sim.url, maxRetries: 0, logLevel: 'off' });

  async function upload(lines: readonly (Line | string)[], name = 'input.jsonl'): Promise<string> {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    const file = await client.files.create({ file: new File([`${text}\n`], name), purpose: 'batch' });
    return file.id;
  }

  async function create(lines: readonly (Line | string)[], extra: Record<string, unknown> = {}) {
    return await client.batches.create({
      input_file_id: await upload(lines),
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      ...extra,
    });
  }

  /** Creates a batch, lets time pass, and shows what has become of it. */
  async function run(lines: readonly (Line | string)[], extra: Record<string, unknown> = {}, ms = hour) {
    const { id } = await create(lines, extra);
    await sim.advance(ms);
    return await client.batches.retrieve(id);
  }

  async function readText(fileId: string): Promise<string> {
    return await (await client.files.content(fileId)).text();
  }

  async function readLines(fileId: string | null | undefined): Promise<ResultLine[]> {
    if (fileId === null || fileId === undefined || fileId === '') return [];
    const text = await readText(fileId);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ResultLine);
  }

  return { sim, client, upload, create, run, readText, readLines };
}

export type Kit = Awaited<ReturnType<typeof startKit>>;

export function chatLine(number: number, changes: Line = {}): Line {
  return {
    custom_id: `row-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: {
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: `Text number ${number}, příliš žluťoučký` }],
    },
    ...changes,
  };
}

export function chatLines(count: number): Line[] {
  return Array.from({ length: count }, (_, index) => chatLine(index + 1));
}

/** What a refused call was answered with. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ status: number | undefined; error: unknown }> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof OpenAI.APIError) return { status: thrown.status, error: thrown.error };
    throw thrown;
  }
  throw new Error('The call was not refused.');
}
