/** The provider through the official client. Its own retries are off: a driver decides what is tried again. */
import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import { Agent, fetch as undiciFetch } from 'undici';
import type { Settings } from '../config/settings.ts';
import type { Metrics } from '../metrics.ts';
import { ProviderError } from './errors.ts';
import { multipartOf } from './multipart.ts';
import type { Provider, RemoteBatch, RemoteFile, UploadInput } from './port.ts';
import { toRemoteBatch, toRemoteFile } from './read-remote.ts';
import { StallGuard } from './stall-guard.ts';
import { toProviderError } from './to-provider-error.ts';

type ProviderSettings = Pick<
  Settings,
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
  | 'OPENAI_ORGANIZATION'
  | 'OPENAI_PROJECT'
  | 'PROVIDER_TIMEOUT_MS'
  | 'PROVIDER_STALL_MS'
>;

/** Items a list call returns; the most that the API gives (reference 3.2, 4.4). */
const batchesPerPage = 100;
const filesPerPage = 1_000;

/** What files and batches belong to; short, and no secret can be read out of it. */
export function fingerprint(settings: ProviderSettings): string {
  return createHash('sha256')
    .update(
      JSON.stringify([
        settings.OPENAI_BASE_URL,
        settings.OPENAI_API_KEY,
        settings.OPENAI_ORGANIZATION,
        settings.OPENAI_PROJECT,
      ]),
    )
    .digest('hex')
    .slice(0, 16);
}

export class OpenAIProvider implements Provider {
  readonly credentials: string;
  readonly #client: OpenAI;
  readonly #settings: ProviderSettings;
  readonly #metrics: Metrics;

  constructor(settings: ProviderSettings, metrics: Metrics) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.credentials = fingerprint(settings);
    const dispatcher = new Agent({
      headersTimeout: settings.PROVIDER_TIMEOUT_MS,
      bodyTimeout: settings.PROVIDER_STALL_MS,
      connect: { timeout: 10_000 },
    });
    this.#client = new OpenAI({
      apiKey: settings.OPENAI_API_KEY,
      baseURL: settings.OPENAI_BASE_URL,
      organization: settings.OPENAI_ORGANIZATION,
      project: settings.OPENAI_PROJECT,
      maxRetries: 0,
      timeout: settings.PROVIDER_TIMEOUT_MS,
      logLevel: 'off',
      fetch: undiciFetch as unknown as typeof fetch,
      fetchOptions: { dispatcher } as never,
    });
  }

  async checkKey(signal?: AbortSignal): Promise<void> {
    await this.#call('models.list', () => this.#client.get('/models', { timeout: 10_000, ...pass(signal) }));
  }

  async uploadFile(input: UploadInput, signal?: AbortSignal): Promise<RemoteFile> {
    const guard = new StallGuard(this.#settings.PROVIDER_STALL_MS, signal);
    const form = multipartOf(
      {
        purpose: 'batch',
        'expires_after[anchor]': 'created_at',
        'expires_after[seconds]': String(input.expiresAfterS),
      },
      { name: input.filename, bytes: input.bytes, content: input.content },
    );
    try {
      const file = await this.#call('files.create', () =>
        this.#client.post('/files', {
          body: guard.watchOutgoing(form.body),
          headers: { 'content-type': form.contentType, 'content-length': String(form.contentLength) },
          timeout: 24 * 3_600_000,
          signal: guard.signal,
        }),
      );
      return toRemoteFile(file);
    } finally {
      guard.end();
    }
  }

  async *listFiles(signal?: AbortSignal): AsyncIterable<RemoteFile> {
    for await (const page of this.#pages('/files', { purpose: 'batch', limit: filesPerPage }, signal)) {
      for (const file of page) yield toRemoteFile(file);
    }
  }

  async deleteFile(id: string, signal?: AbortSignal): Promise<void> {
    await this.#call('files.delete', () => this.#client.files.delete(id, pass(signal)));
  }

  async downloadFile(id: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const guard = new StallGuard(this.#settings.PROVIDER_STALL_MS, signal);
    const response = await this.#call('files.content', () =>
      this.#client.files.content(id, { signal: guard.signal }),
    );
    return this.#readBody(response, guard);
  }

  createBatch(
    input: { inputFileId: string; endpoint: string; metadata: Readonly<Record<string, string>> },
    signal?: AbortSignal,
  ): Promise<RemoteBatch> {
    const body = {
      input_file_id: input.inputFileId,
      endpoint: input.endpoint,
      completion_window: '24h',
      metadata: input.metadata,
    };
    return this.#call('batches.create', async () =>
      toRemoteBatch(await this.#client.post('/batches', { body, ...pass(signal) })),
    );
  }

  getBatch(id: string, signal?: AbortSignal): Promise<RemoteBatch> {
    return this.#call('batches.retrieve', async () =>
      toRemoteBatch(await this.#client.get(`/batches/${encodeURIComponent(id)}`, pass(signal))),
    );
  }

  async *listBatches(signal?: AbortSignal): AsyncIterable<RemoteBatch> {
    for await (const page of this.#pages('/batches', { limit: batchesPerPage }, signal)) {
      for (const batch of page) yield toRemoteBatch(batch);
    }
  }

  cancelBatch(id: string, signal?: AbortSignal): Promise<RemoteBatch> {
    return this.#call('batches.cancel', async () =>
      toRemoteBatch(await this.#client.post(`/batches/${encodeURIComponent(id)}/cancel`, pass(signal))),
    );
  }

  async *#readBody(response: Response, guard: StallGuard): AsyncGenerator<Uint8Array> {
    try {
      if (response.body) yield* guard.watchIncoming(response.body as unknown as AsyncIterable<Uint8Array>);
    } catch (cause) {
      throw new ProviderError('unavailable', 'The download broke off before its end.', { cause });
    } finally {
      guard.end();
    }
  }

  /** Pages of a list; the last id of a page is the key of the next (a server may leave `last_id` out). */
  async *#pages(
    path: string,
    query: Record<string, unknown>,
    signal?: AbortSignal,
  ): AsyncGenerator<Record<string, unknown>[]> {
    let after: unknown;
    for (;;) {
      const page = await this.#call(`${path.slice(1)}.list`, () =>
        this.#client.get<{ data?: Record<string, unknown>[]; has_more?: boolean }>(path, {
          query: after === undefined ? query : { ...query, after },
          ...pass(signal),
        }),
      );
      const data = page.data ?? [];
      yield data;
      after = data.at(-1)?.['id'];
      if (!page.has_more || after === undefined) return;
    }
  }

  async #call<T>(call: string, act: () => Promise<T>): Promise<T> {
    const end = this.#metrics.providerSeconds.startTimer({ call });
    try {
      const value = await act();
      this.#metrics.providerCalls.inc({ call, result: 'ok' });
      return value;
    } catch (cause) {
      const error = toProviderError(cause);
      this.#metrics.providerCalls.inc({ call, result: error.kind });
      throw error;
    } finally {
      end();
    }
  }
}

function pass(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
