/** Sends the input to the service's bulk intake, and tells what became of it. */
import type { Static } from 'typebox';
import type { BulkTotalsSchema } from '../../../../core/contract/intake.ts';
import { CommandFailed, type Io, UsageError } from '../command.ts';
import { bytesInWords, countInWords, plural } from '../in-words.ts';
import { ProgressBar } from '../progress-bar.ts';
import type { Service } from '../service.ts';
import { type InputLine, InputLines } from './input-lines.ts';
import type { Input } from './open-input.ts';

export type BulkTotals = Static<typeof BulkTotalsSchema>;

/** Where outcomes of lines in OpenAI's own format go. */
export interface Delivery {
  readonly delivery: 'webhook' | 'none' | undefined;
  readonly webhook_url: string | undefined;
  readonly tag: string | undefined;
}

/** Refusals that are shown on a terminal; elsewhere all that were told. */
const shownOnTerminal = 20;

/** @throws CommandFailed when the service takes nothing, or the connection breaks */
export async function sendLines(
  service: Service,
  input: Input,
  { delivery, onLine, io }: { delivery: Delivery; onLine: (line: InputLine) => void; io: Io },
): Promise<BulkTotals> {
  const bar = new ProgressBar(io.err);
  const lines = new InputLines((line) => {
    if (!line.hasDelivery && delivery.delivery === undefined) throw noDelivery(line.line);
    onLine(line);
    const share = input.bytes === null ? null : lines.bytes / Math.max(input.bytes, 1);
    bar.draw(share, `${countInWords(lines.lines)} lines, ${bytesInWords(lines.bytes)}`);
  });
  try {
    const { status, text } = await service.answer('/api/requests/bulk', {
      method: 'POST',
      query: { ...delivery },
      lines: lines.pass(input.chunks),
    });
    return readTotals(text) ?? fail(service, status, text);
  } catch (error) {
    if (lines.failure instanceof CommandFailed || lines.failure instanceof UsageError) throw lines.failure;
    if (lines.failure !== undefined)
      throw new CommandFailed(`The input cannot be read: ${String(lines.failure)}`);
    if (!(error instanceof CommandFailed) || lines.bytes === 0) throw error;
    throw new CommandFailed(`${error.message} ${sendAgain}`, { cause: error });
  } finally {
    bar.clear();
  }
}

const sendAgain = 'Send the same input again: lines that were stored are recognised by their custom_id.';

function noDelivery(line: number): UsageError {
  return new UsageError(
    `Line ${line} is in OpenAI's format and says not where its outcome goes: add --webhook URL, or --none.`,
  );
}

/** Totals come with a success, and with an input that was not read to its end. */
function readTotals(text: string): BulkTotals | null {
  try {
    const totals = JSON.parse(text) as Partial<BulkTotals>;
    return typeof totals.lines === 'number' ? (totals as BulkTotals) : null;
  } catch {
    return null;
  }
}

function fail(service: Service, status: number, text: string): never {
  throw service.refusal(status, text);
}

/** Totals in a sentence, and each refusal on a line. @returns whether every line is stored */
export function tellTotals(totals: BulkTotals, out: NodeJS.WriteStream, err: NodeJS.WriteStream): boolean {
  const { lines, accepted, same, refused, refusals, stopped } = totals;
  const parts = [`${countInWords(accepted)} accepted`];
  if (same > 0) parts.push(`${countInWords(same)} stored before`);
  if (refused > 0) parts.push(`${countInWords(refused)} refused`);
  out.write(`${plural(lines, 'line')}: ${parts.join(', ')}.\n`);
  const shown = err.isTTY ? refusals.slice(0, shownOnTerminal) : refusals;
  for (const { line, pointer, detail, code } of shown) {
    err.write(`line ${line}: ${pointer ? `${pointer} ` : ''}${detail} (${code})\n`);
  }
  if (shown.length < refused) err.write(`and ${countInWords(refused - shown.length)} more refused.\n`);
  if (stopped) err.write(`The rest was not read: ${stopped.detail} ${sendAgain}\n`);
  return refused === 0 && !stopped;
}
