import { join } from 'node:path';
import { request } from 'undici';
import { type Child, startChild } from '../../demo/start-child.ts';
import { childEnvironment, projectRoot, readListening } from '../../demo/start-service.ts';
import { nodeEnvironment, nodeFlags } from '../../server/node-flags.ts';
import { customId, type Kind, makePost, oneKind } from '../load/make-request.ts';
import { cpuMs, peakMb } from '../process-figures.ts';
import { seedRequests } from '../seed.ts';
import { apiKey, builtCommand, databaseSettings } from '../service.ts';
import type { Setup } from '../setup.ts';
import type { Sample, Workload } from '../workload.ts';

/** From the start of the process to the answer to the first request. */
async function measure(args: readonly string[], settings: Record<string, string | number>): Promise<Sample> {
  const startedAt = performance.now();
  let child: (Child & { ready: string }) | undefined;
  try {
    child = await startChild({
      name: 'start',
      args,
      cwd: projectRoot,
      env: childEnvironment(settings),
      readReady: readListening,
    });
    const post = makePost(oneKind[0] as Kind, customId('s-', Math.floor(Math.random() * 1e12)), 2_000);
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const { statusCode, body } = await request(`${child.ready}/api/requests`, {
      method: 'POST',
      headers,
      body: post,
    });
    await body.dump();
    const seconds = (performance.now() - startedAt) / 1_000;
    if (statusCode !== 202) throw new Error(`the first request was answered ${statusCode}`);
    return { value: seconds, memMb: peakMb(child.pid), more: { startCpuMs: cpuMs(child.pid) } };
  } finally {
    await child?.stop();
  }
}

export const start: Workload = {
  name: 'start',
  work: 'the built service, from its start to its first 202, with 1,000,000 requests stored',
  floor: 'a bare Fastify server of the same imports',
  unit: 's',
  aims: [{ figure: 'ratio', atMost: 2 }],
  stores: ['sqlite', 'postgres'],
  pairs: 7,
  async prepare(setup: Setup) {
    const folder = await seedRequests(setup, setup.size(1_000_000, 40_000));
    const settings = {
      HOST: '127.0.0.1',
      PORT: 0,
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
      API_KEYS: apiKey,
      ...nodeEnvironment,
      ...(await databaseSettings(setup, folder)),
    };
    const profile =
      setup.profileFolder === null
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${join(setup.profileFolder, 'start')}`];
    return {
      ours: () => measure([...nodeFlags, ...profile, builtCommand, 'serve'], settings),
      floor: () => measure([...nodeFlags, 'bench/floors/start.mjs'], { ...nodeEnvironment }),
    };
  },
};
