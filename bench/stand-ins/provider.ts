/**
 * A provider that does nothing itself: it drains uploads, keeps batches in progress until told otherwise, and sends one
 * prepared result file. The simulator checks and runs every line, which would be measured along with ours.
 */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Drained {
  readonly bytes: number;
  readonly lines: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface StandIn {
  /** Without `/v1`. */
  readonly url: string;
  /** Resolves at the end of the next upload. */
  nextUpload(): Promise<Drained>;
  /** From now on batches are completed, with this file as output; null: in progress again. */
  complete(resultPath: string | null): void;
  /** From now on it knows this many batches, `batch_1` and on, all in progress. @returns its time of their creation, ms */
  adopt(count: number): number;
  /** Calls answered so far. */
  calls(): number;
  close(): Promise<void>;
}

const lineFeed = 0x0a;

export async function startStandIn(): Promise<StandIn> {
  let resultPath: string | null = null;
  let uploads = 0;
  let waiting: ((drained: Drained) => void)[] = [];
  const batches = new Map<string, Record<string, unknown>>();
  const show = (id: string) => ({
    ...(batches.get(id) ?? { id, object: 'batch', created_at: seconds(), input_file_id: 'file-in' }),
    status: resultPath === null ? 'in_progress' : 'completed',
    output_file_id: resultPath === null ? null : 'file-out',
    error_file_id: null,
  });

  let calls = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const path = url.split('?')[0] ?? '';
    calls += 1;
    if (path === '/v1/files/file-out/content' && resultPath !== null) {
      createReadStream(resultPath, { highWaterMark: 256 * 1_024 }).pipe(response);
    } else if (method === 'POST' && path === '/v1/files') {
      const drained = await drain(request);
      uploads += 1;
      for (const resolve of waiting.splice(0)) resolve(drained);
      answer(response, {
        id: `file-in-${uploads}`,
        bytes: drained.bytes,
        created_at: seconds(),
        filename: 'in',
      });
    } else if (method === 'POST' && path === '/v1/batches') {
      const asked = JSON.parse(await readText(request)) as Record<string, unknown>;
      const id = `batch_${batches.size + 1}`;
      batches.set(id, { id, object: 'batch', created_at: seconds(), ...asked });
      answer(response, show(id));
    } else if (path.startsWith('/v1/batches/')) {
      answer(response, show(path.split('/')[3] ?? ''));
    } else if (path === '/v1/batches') {
      answer(
        response,
        listPage(new URL(url, 'http://stand.in').searchParams, [...batches.keys()].reverse(), show),
      );
    } else {
      request.resume();
      answer(response, { data: [], has_more: false });
    }
  };

  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nextUpload: () => new Promise((resolve) => waiting.push(resolve)),
    complete(path) {
      resultPath = path;
    },
    adopt(count) {
      const created_at = seconds();
      for (let n = 1; n <= count; n++) {
        const id = `batch_${n}`;
        batches.set(id, { id, object: 'batch', created_at, input_file_id: `file-in-${n}` });
      }
      return created_at * 1_000;
    },
    calls: () => calls,
    async close() {
      waiting = [];
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listPage(query: URLSearchParams, ids: readonly string[], show: (id: string) => unknown): object {
  const from = query.has('after') ? ids.indexOf(query.get('after') ?? '') + 1 : 0;
  const to = from + Number(query.get('limit') ?? 20);
  return { data: ids.slice(from, to).map(show), has_more: to < ids.length };
}

/** Counts the bytes and lines of an upload, its frame included. */
async function drain(request: IncomingMessage): Promise<Drained> {
  const startedAt = Date.now();
  let bytes = 0;
  let lines = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) lines += 1;
  }
  return { bytes, lines, startedAt, endedAt: Date.now() };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

function answer(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
