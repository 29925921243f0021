/** Validation of a batch's whole file: one bad line and nothing runs. */
import { countInputs, countInputTokens } from '../answers/input-text.ts';
import { mostEmbeddingInputs, mostLines, organization } from '../limits.ts';
import type { BatchEffect, BatchError } from '../scripts/rule.ts';
import type { World } from '../world.ts';
import type { Batch } from './batch.ts';
import { checkLine, type GoodLine } from './check-line.ts';
import { readBlocks } from './read-lines.ts';
import type { Enqueued } from './token-ledger.ts';

export type Verdict =
  | { readonly errors: readonly BatchError[] }
  | { readonly errors: null; readonly total: number; readonly model: string | null; readonly size: Enqueued };

/** What the lines so far have in common. */
interface Tally {
  readonly customIds: Set<string>;
  model: string | null | undefined;
  tokens: number;
  inputs: number;
}

export function fileNotFound(fileId: string): BatchError {
  const message = `Cannot find file ${fileId}, or organization ${organization} does not have access to it.`;
  return { code: 'invalid_request', message, param: 'file_id', line: null };
}

/** Reads the file line by line and lists every line that is wrong, each with the first thing wrong about it. */
export async function validateFile(world: World, batch: Batch): Promise<Verdict> {
  const { pacer, files, settings } = world;
  const file = batch.effect.loseInputFile ? undefined : files.find(batch.inputFileId);
  if (file === undefined) return { errors: [fileNotFound(batch.inputFileId)] };
  const errors: BatchError[] = [];
  const tally: Tally = { customIds: new Set(), model: undefined, tokens: 0, inputs: 0 };
  const unknown = new Set(settings.unknownModels);
  const isKnownModel = (model: string): boolean => !model.startsWith('no-such-') && !unknown.has(model);
  const rules = { endpoint: batch.endpoint, isKnownModel };
  let total = 0;
  for await (const block of readBlocks(file.path)) {
    for (const { text, number } of block) {
      total++;
      const line = checkLine(text, rules);
      const complaint = 'code' in line ? line : compare(line, tally, batch);
      const scripted = complaint ?? refusal(batch.effect.refuse, number);
      if (scripted !== null) errors.push({ ...scripted, line: number });
      if (total % 16 === 0 && pacer.isDue()) await pacer.breathe();
    }
  }
  errors.push(...overLimits(batch, total, tally.inputs));
  if (errors.length > 0) return { errors };
  const requests = batch.endpoint === '/v1/embeddings' ? tally.inputs : total;
  return { errors: null, total, model: tally.model ?? null, size: { tokens: tally.tokens, requests } };
}

/** Compares a good line with those before it. */
function compare(line: GoodLine, tally: Tally, batch: Batch): Omit<BatchError, 'line'> | null {
  if (tally.customIds.has(line.customId)) {
    return {
      code: 'duplicate_custom_id',
      message:
        'The custom_id for this request is a duplicate of another request. ' +
        'The custom_id parameter must be unique for each request in a batch.',
      param: 'custom_id',
    };
  }
  tally.customIds.add(line.customId);
  tally.model ??= line.model;
  if (line.model !== tally.model) {
    return {
      code: 'mismatched_model',
      message:
        `The model '${line.model}' for this request does not match the rest of the batch. ` +
        'Each batch must contain requests for a single model.',
      param: 'body.model',
    };
  }
  tally.tokens += countInputTokens(line.body);
  if (batch.endpoint === '/v1/embeddings') tally.inputs += countInputs(line.body['input']);
  return null;
}

function refusal(refuse: BatchEffect['refuse'], number: number): Omit<BatchError, 'line'> | null {
  if (refuse === undefined) return null;
  const isChosen =
    refuse.lines?.includes(number) === true ||
    (refuse.everyKth !== undefined && number % refuse.everyKth === 0);
  return isChosen ? { code: refuse.code, message: refuse.message, param: refuse.param } : null;
}

/** The real codes of these two are not known; ours are taken from a compatible service. */
function overLimits(batch: Batch, total: number, inputs: number): BatchError[] {
  const tooMany = (message: string): BatchError => ({
    code: 'too_many_tasks',
    message,
    param: null,
    line: null,
  });
  const errors: BatchError[] = [];
  if (total > mostLines) {
    errors.push(tooMany(`The batch contains ${total} requests; at most ${mostLines} are allowed.`));
  }
  if (batch.endpoint === '/v1/embeddings' && inputs > mostEmbeddingInputs) {
    errors.push(
      tooMany(`The batch contains ${inputs} embedding inputs; at most ${mostEmbeddingInputs} are allowed.`),
    );
  }
  return errors;
}
