/** Ids in the forms that the real API uses (real API, Sep 2026). Random, so that a restarted simulator never reuses one. */
import { randomBytes } from 'node:crypto';

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789';

/** `file-` and 22 letters and digits. */
export function createFileId(): string {
  let id = 'file-';
  for (const byte of randomBytes(22)) id += letters[byte % letters.length];
  return id;
}

/** `batch_`, the second of creation in hexadecimal, and 24 random digits. */
export function createBatchId(createdAt: number): string {
  return `batch_${createdAt.toString(16).padStart(8, '0')}${randomBytes(12).toString('hex')}`;
}

/** The id of one call, as in the `x-request-id` header. */
export function createRequestId(): string {
  return `req_${randomBytes(16).toString('hex')}`;
}
