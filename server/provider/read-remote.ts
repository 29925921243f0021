/** Reads what the provider sends, trusting nothing but the ids: any other field may be missing or odd. */
import type { RemoteBatch, RemoteBatchError, RemoteFile } from './port.ts';

type Loose = Record<string, unknown>;

function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

/** Null, missing and "" all mean none. */
function asId(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Unix seconds, or ISO text from some other servers, as epoch milliseconds. */
function asTime(value: unknown): number | null {
  if (typeof value === 'number' && value > 0) return Math.round(value * 1_000);
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

export function toRemoteFile(value: unknown): RemoteFile {
  const file = asObject(value);
  const id = asId(file['id']);
  if (!id) throw new Error('the provider answered with a file that has no id');
  return {
    id,
    bytes: asCount(file['bytes']),
    filename: asText(file['filename']),
    createdAt: asTime(file['created_at']) ?? 0,
    expiresAt: asTime(file['expires_at']),
  };
}

export function toRemoteBatch(value: unknown): RemoteBatch {
  const batch = asObject(value);
  const id = asId(batch['id']);
  if (!id) throw new Error('the provider answered with a batch that has no id');
  const counts = asObject(batch['request_counts']);
  const metadata = Object.entries(asObject(batch['metadata'])).filter(([, v]) => typeof v === 'string');
  return {
    id,
    status: (asText(batch['status']) ?? 'unknown').toLowerCase(),
    createdAt: asTime(batch['created_at']) ?? 0,
    inputFileId: asId(batch['input_file_id']),
    outputFileId: asId(batch['output_file_id']),
    errorFileId: asId(batch['error_file_id']),
    counts: {
      total: asCount(counts['total']),
      completed: asCount(counts['completed']),
      failed: asCount(counts['failed']),
    },
    errors: readErrors(asObject(batch['errors'])['data']),
    metadata: Object.fromEntries(metadata) as Record<string, string>,
  };
}

function readErrors(data: unknown): RemoteBatchError[] {
  if (!Array.isArray(data)) return [];
  return data.map((entry) => {
    const error = asObject(entry);
    return {
      code: asText(error['code']),
      message: asText(error['message']) ?? '',
      line: asCount(error['line']),
      param: asText(error['param']),
    };
  });
}
