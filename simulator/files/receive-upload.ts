/** An upload, from the network to disk without being held in memory. */
import { open, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { ApiError } from '../http/api-error.ts';
import { batchFileLifeS, longestLifeS, shortestLifeS } from '../limits.ts';
import type { World } from '../world.ts';
import { createUploadCheck, type UploadCheck } from './check-upload.ts';
import type { StoredFile } from './file-store.ts';

const purposes = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];

interface Received {
  readonly filename: string;
  readonly check: UploadCheck;
}

/**
 * @param onName told the file's name when its head has come, before its content
 * @throws ApiError 400 or 413; what was received is gone then
 */
export async function receiveUpload(
  world: World,
  headers: IncomingHttpHeaders,
  body: Readable | undefined,
  onName: (name: string) => void,
): Promise<StoredFile> {
  const contentType = headers['content-type'] ?? '';
  if (!(body instanceof Readable) || !contentType.startsWith('multipart/form-data')) {
    throw new ApiError(400, { message: "Missing required parameter: 'file'.", param: 'file' });
  }
  const place = world.files.reserve();
  try {
    const head = { ...headers, 'content-type': contentType };
    const { fields, file } = await readForm(body, head, place.path, onName);
    const { purpose, lifeS } = readFields(fields);
    if (file === null) {
      const message = "Missing required parameter: 'file'.";
      throw new ApiError(400, { message, param: 'file', code: 'missing_required_parameter' });
    }
    if (purpose === 'batch') file.check.finish(file.filename);
    const { bytes } = file.check;
    const { filename } = file;
    const stored = world.files.add({
      id: place.id,
      bytes,
      filename,
      purpose,
      lifeS,
      model: file.check.model(),
    });
    world.events.emit('file-created', stored);
    return stored;
  } catch (error) {
    await rm(place.path, { force: true });
    throw error;
  }
}

async function readForm(
  body: Readable,
  headers: IncomingHttpHeaders & { 'content-type': string },
  path: string,
  onName: (name: string) => void,
): Promise<{ fields: Map<string, string>; file: Received | null }> {
  const form = new Busboy({ headers, limits: { fieldSize: 64 * 1024 } });
  const fields = new Map<string, string>();
  let receiving: Promise<Received> | null = null;
  let stream: BusboyFileStream | null = null;
  form.on('field', (name, value) => fields.set(name, value));
  form.on('file', (name, file, filename) => {
    if (name !== 'file' || receiving !== null) {
      file.resume();
      return;
    }
    stream = file;
    if (filename !== undefined) onName(filename);
    receiving = keepFile(file, filename ?? 'upload', path);
    // Whatever goes wrong with it is seen below; until then it must not count as unhandled.
    receiving.catch(() => {});
  });
  try {
    await pipeline(body, form);
  } catch (cause) {
    (stream as BusboyFileStream | null)?.destroy();
    throw new ApiError(400, { message: `There was an error parsing the body: ${(cause as Error).message}` });
  }
  return { fields, file: await receiving };
}

/** Once a file is too large it is read on, so that the client gets its answer, but no longer kept. */
async function keepFile(file: BusboyFileStream, filename: string, path: string): Promise<Received> {
  const check = createUploadCheck();
  const handle = await open(path, 'w');
  try {
    for await (const piece of file) {
      check.see(piece);
      if (!check.isTooLarge()) await handle.writeFile(piece);
    }
  } finally {
    await handle.close();
  }
  return { filename, check };
}

function readFields(fields: Map<string, string>): { purpose: string; lifeS: number | null } {
  const purpose = fields.get('purpose');
  if (purpose === undefined) {
    const message = "Missing required parameter: 'purpose'.";
    throw new ApiError(400, { message, param: 'purpose', code: 'missing_required_parameter' });
  }
  if (!purposes.includes(purpose)) {
    const message = `Invalid value: '${purpose}'. Supported values are: ${purposes.map((word) => `'${word}'`).join(', ')}.`;
    throw new ApiError(400, { message, param: 'purpose', code: 'invalid_value' });
  }
  return { purpose, lifeS: readLife(fields, purpose) };
}

/** Batch files live for 30 days, all others until deleted, unless the form says otherwise (spec). */
function readLife(fields: Map<string, string>, purpose: string): number | null {
  const given = fields.get('expires_after[seconds]');
  if (given === undefined) return purpose === 'batch' ? batchFileLifeS : null;
  const seconds = Number(given);
  if (!Number.isInteger(seconds) || seconds < shortestLifeS || seconds > longestLifeS) {
    const message = `Invalid 'expires_after.seconds': expected ${shortestLifeS} to ${longestLifeS}, but got ${given}.`;
    throw new ApiError(400, { message, param: 'expires_after.seconds', code: 'invalid_value' });
  }
  if (fields.get('expires_after[anchor]') !== 'created_at') {
    const message = "Invalid value for 'expires_after.anchor'. Supported values are: 'created_at'.";
    throw new ApiError(400, { message, param: 'expires_after.anchor', code: 'invalid_value' });
  }
  return seconds;
}
