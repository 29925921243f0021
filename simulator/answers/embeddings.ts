import { fractionOf } from '../dice.ts';
import type { Question } from './answer.ts';
import { countInputs } from './input-text.ts';

/** A list of vectors of length 1. A vector cannot show its input, so `input_sha256` does (not in the real API). */
export function answerEmbeddings(question: Question): Record<string, unknown> {
  const { body, model, usage, checksum, settings } = question;
  const dimensions =
    typeof body['dimensions'] === 'number' ? body['dimensions'] : settings.embeddingDimensions;
  const asBase64 = body['encoding_format'] === 'base64';
  const data = Array.from({ length: countInputs(body['input']) }, (_, index) => {
    const vector = throwVector(question, dimensions);
    const embedding = asBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  return {
    object: 'list',
    data,
    model,
    usage: { prompt_tokens: usage.input, total_tokens: usage.input },
    input_sha256: checksum,
  };
}

function throwVector({ dice }: Question, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let at = 0; at < dimensions; at++) {
    const value = fractionOf(dice()) * 2 - 1;
    vector[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  return vector.map((value) => value / length);
}
