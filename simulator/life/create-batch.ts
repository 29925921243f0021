/** Creating a batch: what is checked at once. Everything else is found out in validation. */
import { ApiError } from '../http/api-error.ts';
import { createBatchId } from '../ids.ts';
import { batchFileLifeS, isEndpoint, longestLifeS, shortestLifeS } from '../limits.ts';
import type { World } from '../world.ts';
import type { Batch } from './batch.ts';
import { checkCaps, hasCapAtCreate } from './check-cap.ts';
import { checkMetadata } from './check-metadata.ts';
import { startLife } from './live.ts';
import { validateFile } from './validate-file.ts';

/** The body of `POST /v1/batches`, unchecked. */
export type CreateBody = Readonly<Record<string, unknown>>;

/** @throws ApiError 400 as the real API (recorded tests, 2025), 429 when a script says so */
export async function createBatch(world: World, body: CreateBody): Promise<Batch> {
  const { clock, batches, files, events, rules } = world;
  const request = checkCreate(body);
  const model = files.find(request.inputFileId)?.model ?? null;
  const facts = { endpoint: request.endpoint, metadata: request.metadata, model };
  const createdAt = clock.now();
  const batch: Batch = {
    ...request,
    id: createBatchId(Math.floor(createdAt / 1000)),
    ordinal: batches.size,
    createdAt,
    effect: rules.forBatch(facts),
    status: 'validating',
    history: [{ status: 'validating', at: createdAt }],
    errors: null,
    model,
    total: 0,
    doneAtCancel: null,
    running: null,
    result: null,
  };
  if (hasCapAtCreate(world, facts)) await refuseAboveCap(world, batch);
  batches.add(batch);
  startLife(world, batch);
  events.emit('batch-created', batch);
  return batch;
}

async function refuseAboveCap(world: World, batch: Batch): Promise<void> {
  const verdict = await validateFile(world, batch);
  const refusal = verdict.errors === null ? checkCaps(world, batch, verdict.size, 'create') : null;
  if (refusal === null) return;
  throw new ApiError(refusal.status, { message: refusal.message, code: refusal.code });
}

function checkCreate(body: CreateBody): Pick<Batch, 'inputFileId' | 'endpoint' | 'metadata' | 'resultLifeS'> {
  const inputFileId = needText(body, 'input_file_id');
  const endpoint = needText(body, 'endpoint');
  const window = needText(body, 'completion_window');
  if (!isEndpoint(endpoint)) {
    const message =
      `Invalid value: '${endpoint}'. Supported values are: '/v1/chat/completions', '/v1/completions', ` +
      "'/v1/embeddings', and '/v1/responses'.";
    throw new ApiError(400, { message, param: 'endpoint', code: 'invalid_value' });
  }
  if (window !== '24h') {
    const message = `Invalid value for 'completion_window': '${window}'. Supported values are: '24h'.`;
    throw new ApiError(400, { message, param: 'completion_window', code: 'invalid_value' });
  }
  return {
    inputFileId,
    endpoint,
    metadata: checkMetadata(body['metadata']),
    resultLifeS: readResultLife(body),
  };
}

function needText(body: CreateBody, param: string): string {
  const value = body[param];
  if (value === undefined || value === null) {
    const message = `Missing required parameter: '${param}'.`;
    throw new ApiError(400, { message, param, code: 'missing_required_parameter' });
  }
  if (typeof value !== 'string') {
    throw new ApiError(400, {
      message: `Invalid type for '${param}': expected a string.`,
      param,
      code: 'invalid_type',
    });
  }
  return value;
}

function readResultLife(body: CreateBody): number {
  const given = body['output_expires_after'] as { anchor?: unknown; seconds?: unknown } | null | undefined;
  if (given === undefined || given === null) return batchFileLifeS;
  const { anchor, seconds } = given;
  if (anchor !== 'created_at') {
    const message = "Invalid value for 'output_expires_after.anchor'. Supported values are: 'created_at'.";
    throw new ApiError(400, { message, param: 'output_expires_after.anchor', code: 'invalid_value' });
  }
  if (typeof seconds !== 'number' || !(seconds >= shortestLifeS && seconds <= longestLifeS)) {
    const message = `Invalid 'output_expires_after.seconds': expected ${shortestLifeS} to ${longestLifeS}.`;
    throw new ApiError(400, { message, param: 'output_expires_after.seconds', code: 'invalid_value' });
  }
  return seconds;
}
