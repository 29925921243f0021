/** What a model answers: made of the seed, the custom_id and the body, and of nothing else but the time. */
import { createDice, type Dice, hashText } from '../dice.ts';
import type { Usage } from '../life/batch.ts';
import type { Endpoint } from '../limits.ts';
import { answerChat, answerCompletion } from './chat.ts';
import { answerEmbeddings } from './embeddings.ts';
import { type Body, countInputTokens, readInputText } from './input-text.ts';
import { answerImages, answerModeration, answerVideo } from './other-endpoints.ts';
import { answerResponse } from './response.ts';
import { checksumOf, writeText } from './write-text.ts';

export interface AnswerSettings {
  readonly seed: number;
  readonly answerBytes: number | undefined;
  readonly embeddingDimensions: number;
}

/** What an endpoint's answer is made of. */
export interface Question {
  readonly body: Body;
  readonly model: string;
  /** See {@link checksumOf}. */
  readonly checksum: string;
  /** The answer, for endpoints that answer in words. */
  readonly text: string;
  readonly usage: Usage;
  readonly dice: Dice;
  /** Unix seconds. */
  readonly now: number;
  readonly settings: AnswerSettings;
}

export interface Answer {
  readonly body: Record<string, unknown>;
  readonly usage: Usage;
}

type Answering = (question: Question) => Record<string, unknown>;

const answering: Readonly<Record<Endpoint, Answering>> = {
  '/v1/chat/completions': answerChat,
  '/v1/responses': answerResponse,
  '/v1/completions': answerCompletion,
  '/v1/embeddings': answerEmbeddings,
  '/v1/moderations': answerModeration,
  '/v1/images/generations': answerImages,
  '/v1/images/edits': answerImages,
  '/v1/videos': answerVideo,
};

const wordless: readonly Endpoint[] = ['/v1/embeddings', '/v1/moderations'];

/** @param now Unix seconds; @param aside see {@link writeText} */
export function answerRow(
  row: { readonly endpoint: Endpoint; readonly customId: string; readonly body: Body },
  settings: AnswerSettings,
  now: number,
  aside = '',
): Answer {
  const { endpoint, body } = row;
  const inputText = readInputText(body);
  const model = typeof body['model'] === 'string' ? body['model'] : 'default';
  const checksum = checksumOf(inputText);
  const dice = createDice(hashText(`${settings.seed}\n${row.customId}\n${model}\n${checksum}`));
  const isWordless = wordless.includes(endpoint);
  const text = isWordless ? '' : writeText(inputText, checksum, dice, settings.answerBytes, aside);
  const usage = useTokens(body, model, isWordless ? null : text, dice);
  const question = { body, model, checksum, text, usage, dice, now, settings };
  return { body: answering[endpoint](question), usage };
}

/** Prompts from 1,024 tokens on may be found in the cache, in steps of 128 (guide). */
function useTokens(body: Body, model: string, text: string | null, dice: Dice): Usage {
  const input = countInputTokens(body);
  if (text === null) return { input, cached: 0, output: 0, reasoning: 0 };
  const cached = input >= 1_024 && dice() % 2 === 0 ? Math.floor(input / 256) * 128 : 0;
  const reasoning = /^(o\d|gpt-[5-9])/.test(model) ? (dice() % 3) * 64 : 0;
  return { input, cached, output: Math.ceil(Buffer.byteLength(text) / 4) + reasoning, reasoning };
}
