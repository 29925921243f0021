/** The running service, through its HTTP API. */
import { Agent, type Dispatcher, request } from 'undici';
import type { Settings } from '../../config/settings.ts';
import { type Call, CommandFailed, textOption, UsageError } from './command.ts';
import { programName } from './help.ts';

/** A local service answers at once or not at all. */
const connectTimeoutMs = 5_000;
const answerTimeoutMs = 120_000;

interface Send {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as JSON lines; the answer may take as long as they do. */
  readonly lines?: AsyncIterable<Uint8Array>;
}

/** An answer that is no success, in the service's own words. */
export class ServiceRefused extends CommandFailed {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The service does not answer, or the connection broke. */
export class ServiceUnreachable extends CommandFailed {}

export class Service {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #agent = new Agent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
  });

  constructor(url: string, key: string | undefined) {
    this.url = url;
    this.#key = key;
  }

  /** Whether a service of ours answers here. */
  async isRunning(): Promise<boolean> {
    try {
      return (await this.json<{ status?: string }>('/health')).status === 'ok';
    } catch {
      return false;
    }
  }

  /** @throws CommandFailed when nothing answers */
  async mustRun(): Promise<void> {
    if (await this.isRunning()) return;
    throw new ServiceUnreachable(
      `No service answers at ${this.url}. Start it with "${programName} serve", or say where it is with --url.`,
    );
  }

  /** A JSON answer. @throws ServiceRefused, ServiceUnreachable */
  async json<T>(path: string, send: Send = {}): Promise<T> {
    const text = await this.text(path, send);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async text(path: string, send: Send = {}): Promise<string> {
    const { body } = await this.#ask(path, send);
    return this.#broken(() => body.text());
  }

  /** An answer of any length, as it comes; a break in the middle is told as such. */
  async *stream(path: string, send: Send = {}): AsyncGenerator<Uint8Array> {
    const { body } = await this.#ask(path, send);
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (cause) {
      throw new ServiceUnreachable(`The answer of ${this.url} broke off before its end.`, { cause });
    }
  }

  /** The answer whatever its status, for calls whose refusals carry more than the error form. */
  async answer(path: string, send: Send): Promise<{ readonly status: number; readonly text: string }> {
    const { statusCode, body } = await this.#call(path, send);
    return { status: statusCode, text: await this.#broken(() => body.text()) };
  }

  /** The words of an answer that is no success. */
  refusal(status: number, text: string): ServiceRefused {
    const hint = status === 401 ? ' Give the key with --key or OPENAI_BATCH_MANAGER_KEY.' : '';
    return new ServiceRefused(status, `${readError(text) ?? `The service answered ${status}.`}${hint}`);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask(path: string, send: Send): Promise<Dispatcher.ResponseData> {
    const answer = await this.#call(path, send);
    if (answer.statusCode < 400) return answer;
    throw this.refusal(answer.statusCode, await this.#broken(() => answer.body.text()));
  }

  #call(path: string, { method = 'GET', query = {}, json, lines }: Send): Promise<Dispatcher.ResponseData> {
    const url = new URL(this.url + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const type = lines ? 'application/jsonl' : json === undefined ? undefined : 'application/json';
    return this.#broken(() =>
      request(url, {
        method,
        dispatcher: this.#agent,
        headers: {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` }),
        },
        body: (lines as never) ?? (json === undefined ? null : JSON.stringify(json)),
        ...(lines && { headersTimeout: 0, bodyTimeout: 0 }),
      }),
    );
  }

  async #broken<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      if (cause instanceof CommandFailed) throw cause;
      const { code, message } = cause as { code?: string; message: string };
      const what = code === 'ECONNREFUSED' ? 'nothing listens there' : message || code;
      throw new ServiceUnreachable(`The service at ${this.url} does not answer: ${what}.`, { cause });
    }
  }
}

function readError(text: string): string | null {
  try {
    const { errors } = JSON.parse(text) as {
      errors?: { detail?: string; source?: { pointer: string } }[];
    };
    const told = (errors ?? []).map(({ detail, source }) => `${source ? `${source.pointer} ` : ''}${detail}`);
    return told.length === 0 ? null : told.join(' ');
  } catch {
    return null;
  }
}

/** Where the service is: --url, else PUBLIC_URL, else HOST and PORT. */
export function serviceUrl(
  url: string | undefined,
  settings: Pick<Settings, 'PUBLIC_URL' | 'HOST' | 'PORT'>,
): string {
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UsageError(`--url must be an http or https URL, not "${url}".`);
    }
    return url.replace(/\/+$/, '');
  }
  return settings.PUBLIC_URL ?? localUrl(settings);
}

/** The address on this machine; one that listens everywhere is reached by loopback. */
export function localUrl({ HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>): string {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = everywhere[HOST] ?? HOST;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${PORT}`;
}

/** Runs `act` with the service of this call, and lets go of its connections. */
export async function withService<T>(call: Call, act: (service: Service) => Promise<T>): Promise<T> {
  const key = textOption(call, 'key') ?? call.env['OPENAI_BATCH_MANAGER_KEY'];
  const service = new Service(
    serviceUrl(textOption(call, 'url'), call.settings.settings),
    key === '' ? undefined : key,
  );
  try {
    return await act(service);
  } finally {
    await service.close();
  }
}
