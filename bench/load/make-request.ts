/** The requests of every workload: the same bytes for ours and for its floor. */

export interface Kind {
  readonly endpoint: string;
  readonly model: string;
}

export const oneKind: readonly Kind[] = [{ endpoint: '/v1/responses', model: 'gpt-5-mini' }];

/** W2: four models on two endpoints. */
export const eightKinds: readonly Kind[] = ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'gpt-4.1'].flatMap(
  (model) => [
    { endpoint: '/v1/responses', model },
    { endpoint: '/v1/chat/completions', model },
  ],
);

/** Ids are of one length, so that a prepared request can be filled in where it stands. */
export const idLength = 20;

/** In the order of sending, as most producers make them; or as those who use UUIDs do. */
export function customId(prefix: string, n: number, random = false): string {
  const digits = idLength - prefix.length;
  if (!random) return prefix + String(n).padStart(digits, '0');
  // A fixed permutation (SplitMix64), so that a run can be repeated.
  let x = BigInt.asUintN(64, BigInt(n) * 0x9e3779b97f4a7c15n + 0x1234567n);
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  return prefix + (x ^ (x >> 31n)).toString(16).padStart(16, '0').slice(0, digits).padStart(digits, '0');
}

/** The body as OpenAI gets it, with the id in it, so that no two are alike. */
export function makeBody({ endpoint, model }: Kind, id: string, bytes: number): string {
  const input = (text: string) =>
    endpoint === '/v1/responses' ? { input: text } : { messages: [{ role: 'user', content: text }] };
  const wrap = (text: string) => JSON.stringify({ model, ...input(text) });
  const filler = 'The quick brown fox jumps over the lazy dog. ';
  const room = bytes - wrap(`${id} `).length;
  return wrap(
    `${id} ${filler.repeat(Math.ceil(Math.max(0, room) / filler.length)).slice(0, Math.max(0, room))}`,
  );
}

/** A whole post as JSON; `bytes` is the length of its `body`. */
export function makePost(kind: Kind, id: string, bytes: number, delivery: object = { type: 'none' }): string {
  const head = { custom_id: id, url: kind.endpoint, method: 'POST', delivery_config: delivery };
  return `${JSON.stringify(head).slice(0, -1)},"body":${makeBody(kind, id, bytes)}}`;
}
