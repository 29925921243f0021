/** Turns posted bytes into a request that may be stored, or into complaints that say what to change. */

import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { type PostRequest, PostRequestSchema } from '../../../core/contract/intake.ts';
import { countEmbeddingInputs } from '../../../core/endpoints.ts';
import { AppError, type Complaint, complain } from '../../../core/errors.ts';
import { hasLoneSurrogate, hasNul } from '../../../core/json/decoded-text.ts';
import { findDuplicateKey } from '../../../core/json/duplicate-key.ts';
import { escapePointer } from '../../../core/json/pointer.ts';
import { type Envelope, readEnvelope } from '../../../core/json/read-envelope.ts';
import { lastMember, scanObject } from '../../../core/json/scan-object.ts';
import type { BatchLimits } from '../../../core/limits.ts';
import { lineOverheadBytes } from '../../../core/line-id.ts';
import { estimateTokens } from '../../../core/tokens.ts';
import type { Arrival } from '../../store/intake/accept-requests.ts';
import { type ChannelRules, readDestination } from './read-destination.ts';
import { wrongShape } from './shape-complaints.ts';

const shape = Compile(PostRequestSchema);
/** Some editors put it before a text; it means nothing in UTF-8. */
const byteOrderMark = 0xfeff;

/** What a request is checked against. */
export interface IntakeRules {
  readonly limits: BatchLimits;
  readonly channels: ChannelRules;
}

/** What a line in OpenAI's own batch-file format is completed with. */
export type Completion = Pick<PostRequest, 'delivery_config' | 'tag'>;

/**
 * Checks one posted request.
 *
 * @param completion for posts without a delivery of their own
 * @throws AppError `invalid_utf8`, `malformed_json` or `validation_error`, the latter with a pointer to each fault
 */
export function readArrival(bytes: Uint8Array, rules: IntakeRules, completion?: Completion): Arrival {
  const { post, envelope, text } = parsePost(bytes, completion);
  const complaints: Complaint[] = [];
  const destination = readDestination(post.delivery_config, rules.channels, complaints);
  checkTexts(post, complaints);
  const body = envelope.body;
  if (!body) throw new AppError('validation_error', 'body is missing.', { pointer: '/body' });
  const embeddingInputs = countEmbeddingInputs(post.url, post.body as { input?: unknown });
  const lineBytes = body.length + lineOverheadBytes(post.url);
  checkBody(post, { lineBytes, embeddingInputs }, rules.limits, complaints);
  refuse(complaints);
  const delivery = JSON.stringify(post.delivery_config);
  const metadata = post.metadata === undefined ? null : JSON.stringify(post.metadata);
  return {
    customId: post.custom_id,
    contentHash: hashContent(post.url, body, [delivery, post.tag ?? null, metadata]),
    endpoint: post.url,
    model: post.body.model,
    body,
    lineBytes,
    embeddingInputs,
    estimatedTokens: estimateTokens(body.length, text),
    destination,
    delivery,
    tag: post.tag ?? null,
    metadata,
  };
}

function parsePost(
  bytes: Uint8Array,
  completion: Completion | undefined,
): { post: PostRequest; envelope: Envelope; text: string } {
  if (!isUtf8(bytes)) {
    throw new AppError(
      'invalid_utf8',
      'The body holds bytes that are not UTF-8. Send JSON encoded as UTF-8.',
    );
  }
  const text = asBuffer(bytes).toString('utf8');
  let post: unknown;
  try {
    post = JSON.parse(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text);
  } catch (cause) {
    throw new AppError('malformed_json', `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (completion) post = complete(post, completion);
  if (!shape.Check(post)) throw wrongShape(shape.Errors(post), post);
  const envelope = readEnvelope(bytes);
  if (!envelope) throw new AppError('validation_error', 'The body must be a JSON object.', { pointer: '' });
  const pointer = envelope.duplicate?.pointer ?? duplicateInPairs(bytes, envelope, post as PostRequest);
  if (pointer !== undefined) {
    throw new AppError('validation_error', `The key at ${pointer} stands there twice. Send each key once.`, {
      pointer,
    });
  }
  return { post: post as PostRequest, envelope, text };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Among the producer's own pairs: metadata, and headers for a broker. The envelope has looked at the rest. */
function duplicateInPairs(bytes: Uint8Array, { members }: Envelope, post: PostRequest): string | undefined {
  const metadata = members.get('metadata');
  const inMetadata = metadata && repeatedKey(bytes.subarray(metadata.start, metadata.end), '/metadata');
  const delivery = members.get('delivery_config');
  if (inMetadata !== undefined || !delivery || !post.delivery_config.rabbitmq_headers) return inMetadata;
  const config = bytes.subarray(delivery.start, delivery.end);
  const headers = lastMember(scanObject(config) ?? [], 'rabbitmq_headers');
  if (!headers) return undefined;
  const pairs = config.subarray(headers.valueStart, headers.valueEnd);
  return repeatedKey(pairs, '/delivery_config/rabbitmq_headers');
}

/** @param at pointer to the object that the text is */
function repeatedKey(text: Uint8Array, at: string): string | undefined {
  const key = findDuplicateKey(scanObject(text) ?? []);
  return key === null ? undefined : `${at}/${escapePointer(key)}`;
}

/** A line of OpenAI's format has no delivery; its own words win over the completion. */
function complete(post: unknown, completion: Completion): unknown {
  if (typeof post !== 'object' || post === null || Object.hasOwn(post, 'delivery_config')) return post;
  return { ...completion, ...post };
}

/** Values that are stored decoded must be storable as text everywhere. */
function checkTexts(post: PostRequest, complaints: Complaint[]): void {
  const check = (value: string, pointer: string) => {
    if (hasNul(value))
      complaints.push(complain('validation_error', 'must not hold a NUL character', pointer));
    if (hasLoneSurrogate(value)) {
      complaints.push(complain('validation_error', 'must not hold half of a surrogate pair', pointer));
    }
  };
  check(post.custom_id, '/custom_id');
  check(post.body.model, '/body/model');
  if (post.tag !== undefined) check(post.tag, '/tag');
  for (const [key, value] of Object.entries(post.metadata ?? {})) {
    check(`${key}${value}`, `/metadata/${escapePointer(key)}`);
  }
}

function checkBody(
  post: PostRequest,
  load: { lineBytes: number; embeddingInputs: number },
  limits: BatchLimits,
  complaints: Complaint[],
): void {
  const say = (detail: string, pointer: string) =>
    complaints.push(complain('validation_error', detail, pointer));
  if ((post.body as { stream?: unknown }).stream === true) {
    say('must not be true: a batch has no streams. Leave it out.', '/body/stream');
  }
  if (load.lineBytes > limits.maxBytes) {
    say(`is ${load.lineBytes} bytes as a line; a batch takes ${limits.maxBytes}.`, '/body');
  }
  if (load.embeddingInputs > limits.maxEmbeddingInputs) {
    say(
      `has ${load.embeddingInputs} inputs; a batch takes ${limits.maxEmbeddingInputs}. Split it.`,
      '/body/input',
    );
  }
}

function refuse(complaints: readonly Complaint[]): void {
  const [first, ...more] = complaints;
  if (!first) return;
  const pointer = first.source?.pointer;
  throw new AppError('validation_error', first.detail, {
    more,
    ...(pointer === undefined ? {} : { pointer }),
  });
}

/** Holds what is hashed, one post after another: a buffer for each would be garbage as soon as it is made. */
const scratch = Buffer.allocUnsafeSlow(64 * 1_024);

/** What makes two posts the same: endpoint, body, delivery, tag and metadata as posted. */
function hashContent(url: string, body: Uint8Array, rest: readonly (string | null)[]): Uint8Array {
  const head = `${url}\n`;
  const tail = `\n${JSON.stringify(rest)}`;
  // One call over one buffer costs a third of three updates, the copy included.
  const length = head.length + body.length + Buffer.byteLength(tail);
  const content = length <= scratch.length ? scratch.subarray(0, length) : Buffer.allocUnsafeSlow(length);
  content.write(head, 0, 'latin1');
  content.set(body, head.length);
  content.write(tail, head.length + body.length);
  // By way of a string: a buffer that OpenSSL fills is memory of its own, which costs a quarter of the hash.
  return Buffer.from(hash('sha256', content, 'binary'), 'binary');
}
