/** Running the rows of a batch: answers and errors, shuffled, into the two result files. */
import { answerRow } from '../answers/answer.ts';
import type { Body } from '../answers/input-text.ts';
import { createDice, type Dice, hashText, shuffle, throwHex } from '../dice.ts';
import type { RowEffect, Unfinished } from '../scripts/rule.ts';
import type { RowJudge } from '../scripts/rule-book.ts';
import type { World } from '../world.ts';
import type { Batch, RunResult, Usage } from './batch.ts';
import { type RawLine, readBlocks } from './read-lines.ts';
import { createResultFile, type ResultFile } from './result-file.ts';

export interface RunShare {
  /** How many of the rows run. */
  readonly done: number;
  /** How the others show. */
  readonly unfinished: Unfinished;
  readonly reason: 'batch_expired' | 'batch_cancelled';
}

/** What is needed for each row of a run. */
interface Run {
  readonly world: World;
  readonly batch: Batch;
  readonly share: RunShare;
  readonly judge: RowJudge | null;
  readonly dice: Dice;
  readonly isDone: (number: number) => boolean;
  readonly output: ResultFile;
  readonly error: ResultFile;
  readonly usage: Usage;
  completed: number;
  failed: number;
}

const reasons = {
  batch_expired: 'This request could not be executed before the completion window expired.',
  batch_cancelled: 'This request was not executed because the batch was cancelled.',
} as const;

export function runRows(world: World, batch: Batch, share: RunShare): Promise<RunResult> {
  return world.pacer.takeTurn(() => runAll(world, batch, share));
}

async function runAll(world: World, batch: Batch, share: RunShare): Promise<RunResult> {
  const file = world.files.find(batch.inputFileId);
  const run: Run = {
    world,
    batch,
    share,
    judge: world.rules.forRows(batch),
    dice: createDice(hashText(`${world.settings.seed}:${batch.ordinal}`)),
    isDone: chooseDone(batch.total, share.done),
    output: createResultFile(world, batch, 'output'),
    error: createResultFile(world, batch, 'error'),
    usage: { input: 0, cached: 0, output: 0, reasoning: 0 },
    completed: 0,
    failed: 0,
  };
  // A file deleted in the meantime was read long ago by the real API; here it is simply gone.
  if (file !== undefined) for await (const block of readBlocks(file.path)) await runBlock(run, block);
  return {
    outputFileId: await run.output.close(),
    errorFileId: await run.error.close(),
    completed: run.completed,
    failed: run.failed,
    usage: run.usage,
  };
}

async function runBlock(run: Run, block: RawLine[]): Promise<void> {
  const { output, error } = run;
  const { pacer } = run.world;
  shuffle(block, run.dice);
  let count = 0;
  for (const line of block) {
    runRow(run, line);
    if (output.isFull()) await output.flush();
    if (error.isFull()) await error.flush();
    if (++count % 16 === 0 && pacer.isDue()) await pacer.breathe();
  }
}

function runRow(run: Run, { text, number }: RawLine): void {
  const row = JSON.parse(text) as { custom_id: string; body: Body };
  const customId = row.custom_id;
  const effects = run.judge?.({ line: text, number, customId }) ?? [];
  if (!run.isDone(number)) {
    leaveUndone(run, customId);
    return;
  }
  const result = judgeRow(run, row, effects);
  if (result.ran) {
    run.world.lines.record(customId, run.batch.ordinal, result.succeeded);
    if (result.succeeded) run.completed++;
    else run.failed++;
  }
  if (result.line === null) return;
  const file = run[result.file];
  file.push(result.line);
  for (const effect of effects) addMore(run, file, result.line, effect);
}

interface RowResult {
  /** Whether it was executed at all: that is what costs money. */
  readonly ran: boolean;
  readonly succeeded: boolean;
  readonly file: 'output' | 'error';
  /** Null: in neither file. */
  readonly line: string | null;
}

function judgeRow(run: Run, row: { custom_id: string; body: Body }, effects: RowEffect[]): RowResult {
  for (const effect of effects) {
    if ('missing' in effect) return { ran: true, succeeded: false, file: 'error', line: null };
    if ('neverRan' in effect) {
      const line = writeLine(run, row.custom_id, null, effect.neverRan);
      return { ran: false, succeeded: false, file: 'error', line };
    }
    if ('status' in effect) {
      const body = effect.body ?? { error: effect.error ?? null };
      const succeeded = effect.status >= 200 && effect.status < 300;
      const request = effect.status === 0 ? '' : throwHex(run.dice, 32);
      const response = { status_code: effect.status, request_id: request, body };
      const file = effect.file ?? (succeeded ? 'output' : 'error');
      return { ran: true, succeeded, file, line: writeLine(run, row.custom_id, response, null) };
    }
  }
  return { ran: true, succeeded: true, file: 'output', line: answer(run, row, effects) };
}

function answer(run: Run, row: { custom_id: string; body: Body }, effects: RowEffect[]): string {
  const { world, batch, usage } = run;
  const aside = effects.some((effect) => 'separators' in effect) ? ' \u2028\u2029\u0085' : '';
  const now = Math.floor(world.clock.now() / 1000);
  const question = { endpoint: batch.endpoint, customId: row.custom_id, body: row.body };
  const answered = answerRow(question, world.settings, now, aside);
  usage.input += answered.usage.input;
  usage.cached += answered.usage.cached;
  usage.output += answered.usage.output;
  usage.reasoning += answered.usage.reasoning;
  if (batch.effect.noUsage) delete answered.body['usage'];
  const response = { status_code: 200, request_id: throwHex(run.dice, 32), body: answered.body };
  return writeLine(run, row.custom_id, response, null);
}

/** A row that never ran. It counts neither as completed nor as failed (real API, Aug and Sep 2026). */
function leaveUndone(run: Run, customId: string): void {
  const { unfinished, reason } = run.share;
  if (unfinished === 'missing') return;
  if (unfinished === 'listed') {
    run.error.push(writeLine(run, customId, null, { code: reason, message: reasons[reason] }));
    return;
  }
  const message = 'An error occurred while processing your request. You can retry your request.';
  const body = { error: { message, type: 'server_error', param: null, code: null } };
  const response = { status_code: 500, request_id: throwHex(run.dice, 32), body };
  run.error.push(writeLine(run, customId, response, null));
}

/** What a script adds behind a result line. */
function addMore(run: Run, file: ResultFile, line: string, effect: RowEffect): void {
  if ('twice' in effect) file.push(line);
  if ('stranger' in effect) {
    const body = { object: 'chat.completion', choices: [] };
    const response = { status_code: 200, request_id: throwHex(run.dice, 32), body };
    file.push(writeLine(run, `stranger-${throwHex(run.dice, 8)}`, response, null));
  }
  if ('junk' in effect) file.push(effect.junk === 'blank' ? '' : line.slice(0, line.length >> 1));
}

/** The two real shapes: a response and no error, or an error and no response (real API, Apr 2026). */
function writeLine(run: Run, customId: string, response: object | null, error: object | null): string {
  return JSON.stringify({ id: `batch_req_${throwHex(run.dice, 32)}`, custom_id: customId, response, error });
}

/** Chooses exactly `done` of the lines 1 to `total`, spread over the file. */
function chooseDone(total: number, done: number): (number: number) => boolean {
  if (done >= total) return () => true;
  let step = Math.max(1, Math.floor(total * 0.618));
  while (greatestCommonDivisor(step, total) !== 1) step++;
  return (number) => ((number - 1) * step) % total < done;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
