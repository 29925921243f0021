import { createHash } from 'node:crypto';
import type { DemoRequest } from './corpus.ts';
import type { ReadDelivery } from './read-delivery.ts';

interface Expected {
  readonly url: string;
  readonly checksum: string;
}

/** Remembers what was asked, and says of a delivery what is wrong with it. */
export function createJudge() {
  const expected = new Map<string, Expected>();
  return {
    /** The same requests, each remembered on its way through. */
    *remember(requests: Iterable<DemoRequest>): Generator<DemoRequest> {
      for (const request of requests) {
        expected.set(request.customId, { url: request.url, checksum: checksumOf(request.text) });
        yield request;
      }
    },
    /** What is wrong with a delivery, or null: it belongs to a request we sent and answers its text. */
    judge({ customId, outcome, line }: ReadDelivery): string | null {
      const asked = expected.get(customId);
      if (asked === undefined) return 'nobody sent this request';
      const succeeded = line.response?.status_code === 200 && !line.error;
      if (succeeded !== (outcome === 'succeeded'))
        return `the outcome "${outcome}" is not what the line says`;
      if (!succeeded) return null;
      return findMismatch(asked, line.response?.body);
    },
  };
}

export type Judge = ReturnType<typeof createJudge>;

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function findMismatch(asked: Expected, body: unknown): string | null {
  const answer = readAnswer(body as AnyAnswer);
  if (answer === undefined) return `the answer is not one of ${asked.url}`;
  return answer.includes(asked.checksum) ? null : 'the answer is about another text';

  function readAnswer(given: AnyAnswer | null): string | undefined {
    if (asked.url === '/v1/chat/completions') return given?.choices?.[0]?.message?.content;
    if (asked.url === '/v1/responses') return given?.output?.at(-1)?.content?.[0]?.text;
    return given?.data?.length === 1 ? given.input_sha256 : undefined;
  }
}

/** Where each endpoint's answer holds the checksum of the text it is about. */
interface AnyAnswer {
  readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[];
  readonly data?: readonly unknown[];
  readonly input_sha256?: string;
}
