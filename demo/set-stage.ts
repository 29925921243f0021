import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJudge, type Judge } from './judge-answer.ts';
import type { DemoOptions } from './read-options.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { roughSettings, roughSimulator } from './rough.ts';
import { createSecret, type ServingChild, startService } from './start-service.ts';
import { startSimulator } from './start-simulator.ts';

/** Everything a run needs, running. */
export interface Stage {
  readonly service: ServingChild;
  readonly simulator: ServingChild;
  readonly receiver: Receiver;
  readonly judge: Judge;
  /** A path, or the URL of a PostgreSQL database. */
  readonly database: string;
  readonly rough: boolean;
}

/** What must be ended or removed, the last first. */
export interface CleanUp {
  later(end: () => unknown): void;
  run(): Promise<void>;
}

/** A list of endings; each is run even when another one fails. */
export function createCleanUp(): CleanUp {
  const ends: (() => unknown)[] = [];
  return {
    later: (end) => {
      ends.push(end);
    },
    async run() {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
        try {
          await end();
        } catch (error) {
          process.stderr.write(`while cleaning up: ${(error as Error).message}\n`);
        }
      }
    },
  };
}

/** Starts receiver, simulator and service with settings that suit the number of requests. */
export async function setStage(
  { requests, rough, database }: Pick<DemoOptions, 'requests' | 'rough' | 'database'>,
  cleanUp: CleanUp,
): Promise<Stage> {
  const folder = makeTemporaryFolder(cleanUp);
  const databasePath = join(folder, 'demo.db');
  const secret = createSecret();
  const judge = createJudge();
  const receiver = await startReceiver({
    secret,
    judge: (delivery) => judge.judge(delivery),
    keepLines: false,
  });
  cleanUp.later(() => receiver.close());
  const simulator = await startSimulator(rough ? roughSimulator : []);
  cleanUp.later(() => simulator.stop());
  const service = await startService({
    DATABASE_PATH: databasePath,
    ...(database !== null && { DATABASE_URL: database, SECRET_KEY_BASE: createSecret() }),
    OPENAI_BASE_URL: `${simulator.url}/v1`,
    OPENAI_API_KEY: 'sk-demo',
    WEBHOOK_SECRET: secret,
    BATCH_MAX_AGE_MS: 1_500,
    BATCH_MAX_REQUESTS: Math.min(50_000, Math.max(50, Math.ceil(requests / 5))),
    POLL_INTERVAL_MS: 200,
    SUBMIT_LOOKS_MS: '0,200,500,1000',
    LOG_LEVEL: 'info',
    ...(rough ? roughSettings : {}),
  });
  cleanUp.later(() => service.stop());
  return { service, simulator, receiver, judge, database: database ?? databasePath, rough };
}

function makeTemporaryFolder(cleanUp: CleanUp): string {
  const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  cleanUp.later(remove);
  process.once('exit', remove);
  return folder;
}
