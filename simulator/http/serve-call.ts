/** One call from its arrival to its reply, with whatever a script does to it on the way. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StoredFile } from '../files/file-store.ts';
import { createRequestId } from '../ids.ts';
import type { CallEffect } from '../scripts/rule.ts';
import type { CallFacts } from '../scripts/rule-book.ts';
import type { World } from '../world.ts';
import { ApiError } from './api-error.ts';
import { sendContent } from './send-content.ts';

/** What a call is answered with: a JSON body, or a file. */
export type Reply = { readonly json: unknown } | { readonly file: StoredFile };

export interface Call {
  readonly facts: CallFacts;
  /** What it is about, for finding calls that run into each other. */
  readonly about: readonly string[];
  /** @param concerns notes what else it is about, where only its body tells */
  act(concerns: (thing: string) => void): Promise<Reply> | Reply;
}

/** @throws ApiError what `act` refuses with */
export async function serveCall(
  world: World,
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call,
): Promise<unknown> {
  const { calls, clock, events, rules } = world;
  const underWay = calls.begin(call.facts.route, call.about, clock.now());
  let fate: string | null = null;
  reply.raw.once('close', () => {
    const finished = reply.raw.writableFinished ? `${reply.raw.statusCode}` : 'aborted';
    events.emit('call', underWay.end(fate ?? finished));
  });
  reply.header('x-request-id', createRequestId());
  reply.header('openai-version', '2020-10-01');
  const before = rules.forCall(call.facts, 'before');
  const shaping = before !== null && shapesDownload(before) ? before : null;
  if (before !== null && shaping === null) {
    if ('status' in before) await drain(request.raw);
    fate = spoil(reply, before);
    return reply;
  }
  const answer = await call.act((thing) => underWay.concerns(thing, clock.now()));
  const after = rules.forCall(call.facts, 'after');
  if (after !== null && !shapesDownload(after)) {
    fate = spoil(reply, after);
    return reply;
  }
  if ('json' in answer) return reply.send(answer.json);
  if (shaping !== null) fate = nameOf(shaping);
  return sendContent(reply, answer.file, shaping);
}

function shapesDownload(effect: CallEffect): boolean {
  return 'cut' in effect || 'slow' in effect || 'stall' in effect;
}

/** Sends what the script says instead of the answer. Returns how the call ended, where no status tells. */
function spoil(reply: FastifyReply, effect: CallEffect): string | null {
  if ('status' in effect) {
    const { body } = new ApiError(effect.status, effect.error);
    reply
      .code(effect.status)
      .headers({ ...effect.headers })
      .send({ error: body });
    return null;
  }
  reply.hijack();
  if ('drop' in effect) reply.raw.destroy();
  return nameOf(effect);
}

function nameOf(effect: CallEffect): string | null {
  if ('drop' in effect) return 'dropped';
  if ('hang' in effect) return 'hanging';
  if ('cut' in effect) return 'cut';
  return 'stall' in effect ? 'stalled' : null;
}

/** Reads an upload to its end: many clients do not look at a reply before they have sent everything. */
async function drain(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  body.resume();
  await Promise.race([once(body, 'end'), once(body, 'close')]);
}
