/** The real service in this process: SQLite in a temporary folder, a free port, a provider that nobody answers for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeService, type Given, type Service } from '../server/compose/service.ts';
import { readSettings } from '../server/config/read-settings.ts';
import { startService, stopService } from '../server/lifecycle.ts';

/** Settings by their names in the environment. */
export type TestSettings = Readonly<Record<string, string | number>>;

export interface TestService {
  readonly url: string;
  readonly service: Service;
  readonly folder: string;
  /** The same database again, with these settings on top. */
  restart(settings?: TestSettings): Promise<TestService>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

export async function startTestService(settings: TestSettings = {}, given: Given = {}): Promise<TestService> {
  return startTestServiceIn(makeFolder(), settings, given);
}

/** A temporary folder for one service. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'openai-batch-manager-http-'));
}

/** What every service of these tests is given; port 9 is `discard`, where nothing listens. */
export function testEnvironment(folder: string, settings: TestSettings = {}): Record<string, string> {
  const given = {
    OPENAI_API_KEY: 'sk-test-0000',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    DATABASE_PATH: join(folder, 'service.db'),
    PORT: 0,
    LOG_LEVEL: 'silent',
    ...settings,
  };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}

/** On the database of this folder, which goes when the service is stopped. */
export async function startTestServiceIn(
  folder: string,
  settings: TestSettings = {},
  given: Given = {},
): Promise<TestService> {
  const service = await composeService(readSettings(testEnvironment(folder, settings)).settings, given);
  const url = await startService(service);
  return {
    url,
    service,
    folder,
    async restart(more = {}) {
      await stopService(service);
      return startTestServiceIn(folder, { ...settings, ...more }, given);
    },
    async stop() {
      await stopService(service);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
