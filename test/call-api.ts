/** Calls the API as a client would, and holds every answer against the published description. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ApiDescription } from './api-description.ts';

export interface Call {
  /** An object is sent as JSON, anything else as it is. */
  readonly body?: object | string | Uint8Array;
  /** Null sends none. */
  readonly type?: string | null;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body, or null where it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; the description checks their shape.
  readonly json: any;
}

export interface Api {
  readonly url: string;
  readonly description: ApiDescription;
  /** @param path sent as it stands: nothing is normalised */
  call(method: string, path: string, call?: Call): Promise<Answer>;
}

export async function openApi(url: string): Promise<Api> {
  const { json } = await send(url, 'GET', '/api/openapi.json', {});
  const description = new ApiDescription(json);
  return {
    url,
    description,
    async call(method, path, call = {}) {
      const answer = await send(url, method, path, call);
      description.check(method, path, answer);
      return answer;
    },
  };
}

async function send(url: string, method: string, path: string, call: Call): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { body } = call;
  const bytes =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array
      ? body
      : JSON.stringify(body);
  const type = call.type === undefined ? (bytes === undefined ? null : 'application/json') : call.type;
  const headers = {
    ...(type === null ? {} : { 'content-type': type }),
    ...(bytes === undefined ? {} : { 'content-length': String(Buffer.byteLength(bytes)) }),
    ...(call.key === undefined ? {} : { authorization: `Bearer ${call.key}` }),
    ...call.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      text(incoming).then(
        (content) =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: content,
            json: parse(content),
          }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
