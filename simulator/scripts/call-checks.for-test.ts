import { expect } from 'vitest';
import { chatLines, type Kit, refusalOf } from '../kit.for-test.ts';
import type { Check } from './nine-rows.for-test.ts';

type Options = { signal: AbortSignal };

/** What a client that gives up after it has lost a reply finds at the server. */
function afterTheFirst(verb: 'upload' | 'create' | 'cancel', outcome: string): Check {
  return async (kit) => {
    const { client, sim, upload, create } = kit;
    const patience = new AbortController();
    const act = {
      upload: (options?: Options) =>
        client.files.create({ file: new File(['{}\n'], 'a.jsonl'), purpose: 'batch' }, options),
      create: async (options?: Options) => {
        const input_file_id = await upload(chatLines(2));
        const body = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
        return await client.batches.create(body, options);
      },
      cancel: async (options?: Options) => client.batches.cancel((await create(chatLines(2))).id, options),
    }[verb];
    const call = act({ signal: patience.signal }).then(
      () => 'answered',
      (error: { status?: number }) => error.status ?? 'no answer',
    );
    const { summary, batches } = await sim.until(({ summary, batches }) =>
      verb === 'upload'
        ? summary.files === 1
        : batches.some(({ batch }) => batch.status === (verb === 'cancel' ? 'cancelling' : 'validating')),
    );
    if (outcome === 'hanging') patience.abort();
    expect(await call).toBe(outcome === '500' ? 500 : 'no answer');
    expect(verb === 'upload' ? summary.liveFiles : batches.length).toBe(1);
    const route = verb === 'upload' ? 'files.create' : `batches.${verb}`;
    await sim.until((seen) => seen.summary.calls[route]?.[outcome] === 1);
    expect(await act()).toHaveProperty('id');
  };
}

function refusedThreeTimes(status: number): Check {
  return async ({ create }) => {
    for (let count = 0; count < 3; count++) {
      const refusal = await refusalOf(create(chatLines(1)));
      expect(refusal).toMatchObject({ status, error: { code: 'token_limit_exceeded' } });
    }
    expect((await create(chatLines(1))).status).toBe('validating');
  };
}

/** The bytes of a download, and whether it ended as if it were whole. */
async function download(kit: Kit, fileId: string): Promise<{ bytes: number; isWhole: boolean }> {
  const response = await kit.client.files.content(fileId);
  let bytes = 0;
  try {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
    return { bytes, isWhole: true };
  } catch {
    return { bytes, isWhole: false };
  }
}

function cutDownload(cleanly: boolean): Check {
  return async (kit) => {
    const { output_file_id: id } = await kit.run(chatLines(20));
    const first = await download(kit, id!);
    const second = await download(kit, id!);
    expect(first.isWhole).toBe(cleanly);
    expect(first.bytes).toBeLessThan(second.bytes);
    expect(second.isWhole).toBe(true);
  };
}

export const callChecks: Record<string, Check> = {
  'lost-upload-reply': afterTheFirst('upload', 'dropped'),
  'lost-create-reply': afterTheFirst('create', 'dropped'),
  'lost-cancel-reply': afterTheFirst('cancel', 'dropped'),
  'hanging-upload': afterTheFirst('upload', 'hanging'),
  'hanging-create': afterTheFirst('create', 'hanging'),
  'hanging-cancel': afterTheFirst('cancel', 'hanging'),
  'error-after-upload': afterTheFirst('upload', '500'),
  'error-after-create': afterTheFirst('create', '500'),
  'error-after-cancel': afterTheFirst('cancel', '500'),
  'rate-limited': async ({ client, upload }) => {
    const id = await upload(chatLines(1));
    const error = await client.files.retrieve(id).catch((thrown) => thrown);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(error.headers.get('retry-after')).toBe('1');
    expect((await client.files.retrieve(id)).id).toBe(id);
  },
  'server-errors': async ({ create, client }) => {
    const { id } = await create(chatLines(1));
    const statuses: (number | string)[] = [];
    for (let count = 0; count < 8; count++) {
      statuses.push(
        await client.batches.retrieve(id).then(
          ({ status }) => status,
          (error) => error.status,
        ),
      );
    }
    expect(statuses).toEqual(['validating', ...Array(6).fill(503), 'validating']);
    const content = new File(['{}\n'], 'a.jsonl');
    await expect(client.files.create({ file: content, purpose: 'batch' })).rejects.toMatchObject({
      status: 503,
    });
  },
  'token-rejection-at-create-400': refusedThreeTimes(400),
  'token-rejection-at-create-429': refusedThreeTimes(429),
  'funding-block': async ({ create, sim }) => {
    for (let count = 0; count < 2; count++) {
      const refusal = await refusalOf(create(chatLines(1)));
      expect(refusal).toMatchObject({ status: 400, error: { code: 'billing_hard_limit_reached' } });
    }
    await fetch(`${sim.origin}/__simulator/lift`, { method: 'POST' });
    expect((await create(chatLines(1))).status).toBe('validating');
  },
  'upload-too-large': async ({ upload }) => {
    for (let count = 0; count < 2; count++) {
      expect(await refusalOf(upload(chatLines(1)))).toMatchObject({ status: 413 });
    }
    expect(await upload(chatLines(1))).toMatch(/^file-/);
  },
  'upload-refused': async ({ upload }) => {
    expect(await refusalOf(upload(chatLines(1)))).toMatchObject({ status: 400 });
    expect(await upload(chatLines(1))).toMatch(/^file-/);
  },
  'create-refused': async ({ create }) => {
    expect(await refusalOf(create(chatLines(1)))).toMatchObject({ status: 400 });
    expect((await create(chatLines(1))).status).toBe('validating');
  },
  'create-file-not-found': async ({ create }) => {
    for (let count = 0; count < 4; count++) {
      expect(await refusalOf(create(chatLines(1)))).toMatchObject({ status: 404 });
    }
    expect((await create(chatLines(1))).status).toBe('validating');
  },
  'lost-result-file': async (kit) => {
    const { output_file_id: id } = await kit.run(chatLines(1));
    expect(await refusalOf(kit.readText(id!))).toMatchObject({ status: 404 });
    expect(await kit.readLines(id)).toHaveLength(1);
  },
  'truncated-download': cutDownload(true),
  'broken-download': cutDownload(false),
  'slow-download': async (kit) => {
    const { output_file_id: id } = await kit.run(chatLines(20));
    const startedAt = performance.now();
    const { bytes } = await download(kit, id!);
    expect(bytes / (performance.now() - startedAt)).toBeLessThan(150);
  },
  'stalling-download': async (kit) => {
    const { output_file_id: id } = await kit.run(chatLines(20));
    const patience = new AbortController();
    const { signal } = patience;
    const response = await kit.client.files.content(id!, { signal });
    const reader = response.body!.getReader();
    expect((await reader.read()).done).toBe(false);
    const next = reader.read().catch(() => 'given up');
    patience.abort();
    expect(await next).toBe('given up');
    await kit.sim.until(({ summary }) => summary.calls['files.content']?.['stalled'] === 1);
    expect((await download(kit, id!)).isWhole).toBe(true);
  },
};
