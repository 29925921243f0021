import { setTimeout as pause } from 'node:timers/promises';
import { fingerprint } from '../../server/provider/openai.ts';
import { runSql } from '../databases.ts';
import { startOurs } from '../service.ts';
import type { Setup } from '../setup.ts';
import { startStandIn } from '../stand-ins/provider.ts';
import { makeOpenBatch } from '../templates.ts';
import type { Sample, Workload } from '../workload.ts';

const batches = 1_000;
/** What a service does once, at its start, is not what it costs to wait. */
const settleMs = 3_000;
/** A tenth of what questions one by one would take; a walk through the list is ten. */
const mostCalls = 100;

/** Whose batches they are; any other owner's are left alone. */
const providerKey = {
  OPENAI_API_KEY: 'sk-bench',
  OPENAI_ORGANIZATION: null,
  OPENAI_PROJECT: null,
  PROVIDER_TIMEOUT_MS: 0,
  PROVIDER_STALL_MS: 0,
};

/** Puts batches in flight that the stand-in will know: submitted, sent, never done. */
async function seedBatches(setup: Setup, provider: string, adoptedAt: number): Promise<string> {
  const folder = await makeOpenBatch(setup, null);
  const now = Date.now();
  const owner = fingerprint({ ...providerKey, OPENAI_BASE_URL: `${provider}/v1` });
  const sql = `insert into batches (endpoint, model, state, request_count, sent_count, openai_batch_id, openai_created_at,
      openai_status, openai_input_file_id, provider_credentials, due_at, created_at, state_at, closed_at, advanced_at)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${batches})
    select '/v1/responses', 'model-' || i, 'openai_processing', 1, 1, 'batch_' || i, ${adoptedAt}, 'in_progress', 'file-in-' || i, '${owner}',
      ${now}, ${now}, ${now}, ${now}, ${now} from n`;
  await runSql(setup, folder, sql);
  return folder;
}

async function measure(setup: Setup): Promise<Sample> {
  const standIn = await startStandIn();
  // By the provider's clock, which knows whole seconds: a later time would hide them from a walk through its list.
  const adoptedAt = standIn.adopt(batches);
  const folder = await seedBatches(setup, standIn.url, adoptedAt);
  const ours = await startOurs(setup, { folder, name: 'idle', provider: standIn.url });
  try {
    await pause(settleMs);
    const before = ours.used();
    const from = performance.now();
    const callsBefore = standIn.calls();
    // As long as the usual pause between two looks at a batch, so that each is looked at.
    await pause(setup.size(60_000, 2_000));
    const seconds = (performance.now() - from) / 1_000;
    const after = ours.used();
    const calls = standIn.calls();
    if (calls > mostCalls) throw new Error(`idle: ${calls} calls; the batches were not asked about by list`);
    return {
      value: (after.cpuMs - before.cpuMs) / seconds / 10,
      memMb: after.memMb,
      more: { providerCallsPerMinute: ((standIn.calls() - callsBefore) * 60) / seconds },
    };
  } finally {
    await ours.stop();
    await standIn.close();
  }
}

export const idle: Workload = {
  name: 'idle',
  work: 'nothing to do but 1,000 batches in flight at OpenAI; percent of a core',
  floor: '–',
  unit: '%',
  aims: [
    { figure: 'ours', atMost: 1 },
    { figure: 'memMb', atMost: 200 },
  ],
  stores: ['sqlite', 'postgres'],
  pairs: 1,
  prepare: async (setup) => ({ ours: () => measure(setup) }),
};
