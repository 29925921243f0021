/** Each named script does what its line of documentation says. */
import { expect, test } from 'vitest';
import { chatLine, chatLines, hour, type Kit, refusalOf, startKit } from '../kit.for-test.ts';
import { catalogue } from './catalogue.ts';

type Check = (kit: Kit) => Promise<void>;
type Options = { signal: AbortSignal };

const day = 24 * hour;

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

const expired = (done: number, listed: number): Check => {
  return async ({ run, readLines }) => {
    const batch = await run(chatLines(6), {}, day);
    expect(batch).toMatchObject({
      status: 'expired',
      request_counts: { total: 6, completed: done, failed: 0 },
    });
    expect([batch.output_file_id !== null, batch.error_file_id !== null]).toEqual([done > 0, listed > 0]);
    expect(await readLines(batch.output_file_id)).toHaveLength(done);
    const errors = await readLines(batch.error_file_id);
    expect(errors.map((line) => line.error?.code)).toEqual(Array(listed).fill('batch_expired'));
  };
};

/** Runs nine rows and looks at the two files; the third, sixth and ninth line are the chosen ones. */
function nineRows(
  look: (files: Awaited<ReturnType<typeof readBoth>>, kit: Kit) => void | Promise<void>,
): Check {
  return async (kit) => look(await readBoth(kit), kit);
}

async function readBoth(kit: Kit) {
  const batch = await kit.run(chatLines(9));
  expect(batch.status).toBe('completed');
  const text = async (id: string | null | undefined) => (id ? await kit.readText(id) : '');
  const outputText = await text(batch.output_file_id);
  const errorText = await text(batch.error_file_id);
  const parse = (whole: string) =>
    whole
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map(parseOrNull);
  const read = (whole: string) => parse(whole).filter((line) => line !== null);
  return { batch, outputText, errorText, output: read(outputText), errors: read(errorText) };
}

function parseOrNull(line: string): { custom_id: string; response: { status_code: number } | null } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const chosen = ['row-3', 'row-6', 'row-9'];
const ids = (lines: { custom_id: string }[]): string[] => lines.map((line) => line.custom_id).sort();

/** The chosen rows end with this status in the error file; with `firstRun`, not when they are sent again. */
function chosenFail(status: number | string, firstRun = false): Check {
  return nineRows(async ({ errors, output }, kit) => {
    expect(ids(errors)).toEqual(chosen);
    const word = (line: (typeof errors)[number]) =>
      line.response?.status_code ?? (line as unknown as { error: { code: string } }).error.code;
    expect(errors.map(word)).toEqual([status, status, status]);
    expect(output).toHaveLength(6);
    if (!firstRun) return;
    const again = chatLines(9).filter((line) => chosen.includes(line['custom_id'] as string));
    const second = await kit.run(
      [...again, chatLine(100, { custom_id: 'new' })].map((line, at) => ({
        ...line,
        custom_id: `again-${at}`,
      })),
    );
    expect(await kit.readLines(second.output_file_id)).toHaveLength(4);
  });
}

function allFail(status: number): Check {
  return nineRows(({ batch, errors }) => {
    expect(batch).toMatchObject({
      output_file_id: null,
      request_counts: { completed: 0, failed: 9, total: 9 },
    });
    expect(errors.map((line) => line.response?.status_code)).toEqual(Array(9).fill(status));
  });
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

const checks: Record<string, Check> = {
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
  'late-token-rejection': async ({ run, create, sim, client }) => {
    const big = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        chatLine(at, {
          body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x'.repeat(400_000) }] },
        }),
      );
    const first = await create(big(12));
    await sim.advance(60);
    const second = await run(big(12), {}, 60);
    expect(second.errors?.data).toMatchObject([
      { code: 'token_limit_exceeded', message: expect.stringContaining('Limit: 2,000,000 enqueued tokens.') },
    ]);
    await sim.advance(hour);
    expect((await client.batches.retrieve(first.id)).status).toBe('completed');
    expect((await run(big(12))).status).toBe('completed');
  },
  'late-request-rejection': async ({ create, sim, client }) => {
    const lines = Array.from({ length: 50 }, (_, at) => ({
      custom_id: `${at}`,
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: Array(1_000).fill('x') },
    }));
    const created: string[] = [];
    for (let count = 0; count < 21; count++) {
      created.push((await create(lines, { endpoint: '/v1/embeddings' })).id);
    }
    await sim.advance(60);
    const last = await client.batches.retrieve(created.at(-1)!);
    expect(last.errors?.data?.[0]?.message).toContain('Limit: 1,000,000 enqueued requests.');
    expect((await client.batches.retrieve(created[0]!)).status).toBe('in_progress');
  },
  'expired-both': expired(3, 3),
  'expired-output-only': expired(3, 0),
  'expired-error-only': expired(0, 6),
  'expired-none': expired(0, 0),
  'expired-generic-errors': async ({ run, readLines }) => {
    const batch = await run(chatLines(6), {}, day);
    expect(batch.status).toBe('expired');
    const errors = await readLines(batch.error_file_id);
    expect(errors.map((line) => line.response?.status_code)).toEqual([500, 500, 500]);
  },
  'empty-error-file-id': nineRows(({ batch }) => expect(batch.error_file_id).toBe('')),
  'no-usage': nineRows(({ batch, output }) => {
    expect(batch).not.toHaveProperty('usage');
    expect(JSON.stringify(output)).not.toContain('usage');
  }),
  'wrong-counts': nineRows(({ batch, output }) => {
    expect(batch.request_counts).toEqual({ total: 9, completed: 0, failed: 0 });
    expect(output).toHaveLength(9);
  }),
  'stuck-finalizing': async ({ run, sim, client }) => {
    const batch = await run(chatLines(2), {}, day);
    expect(batch).toMatchObject({ status: 'finalizing', request_counts: { total: 2, completed: 2 } });
    await sim.advance(2 * day);
    expect((await client.batches.retrieve(batch.id)).status).toBe('completed');
  },
  'unknown-status': async ({ run, sim, client }) => {
    const batch = await run(chatLines(2), {}, 60);
    expect(batch.status).toBe('throttled');
    await sim.advance(hour);
    expect((await client.batches.retrieve(batch.id)).status).toBe('completed');
  },
  'vanished-batch': async ({ create, sim, client }) => {
    const { id } = await create(chatLines(2));
    expect((await client.batches.retrieve(id)).id).toBe(id);
    await sim.advance(60);
    expect(await refusalOf(client.batches.retrieve(id))).toMatchObject({ status: 404 });
    expect((await client.batches.list()).data).toEqual([]);
  },
  'cancelled-from-outside': async ({ run, readLines }) => {
    const batch = await run(chatLines(8));
    expect(batch).toMatchObject({
      status: 'cancelled',
      request_counts: { total: 8, completed: 4, failed: 0 },
    });
    expect(await readLines(batch.error_file_id)).toHaveLength(4);
  },
  'slow-cancel': async ({ run, sim, client }) => {
    const { id, status } = await run(chatLines(8));
    expect(status).toBe('in_progress');
    await client.batches.cancel(id);
    await sim.advance(179_000);
    expect((await client.batches.retrieve(id)).status).toBe('cancelling');
    await sim.advance(1_000);
    expect(await client.batches.retrieve(id)).toMatchObject({
      status: 'cancelled',
      request_counts: { completed: 4 },
    });
  },
  'late-list': async ({ create, sim, client }) => {
    const { id } = await create(chatLines(1));
    await sim.advance(59_000);
    expect((await client.batches.list()).data).toEqual([]);
    expect((await client.batches.retrieve(id)).id).toBe(id);
    await sim.advance(1_000);
    expect((await client.batches.list()).data).toHaveLength(1);
  },
  'expired-input-file': async ({ run }) => {
    expect((await run(chatLines(1))).errors?.data).toMatchObject([
      { code: 'invalid_request', param: 'file_id' },
    ]);
    expect((await run(chatLines(1))).status).toBe('completed');
  },
  'cannot-find-file': async ({ run, client }) => {
    for (let count = 0; count < 3; count++) {
      const batch = await run(chatLines(1));
      expect(batch.errors?.data?.[0]?.message).toContain(
        `Cannot find file ${batch.input_file_id}, or organization`,
      );
      expect((await client.files.retrieve(batch.input_file_id)).id).toBe(batch.input_file_id);
    }
    expect((await run(chatLines(1))).status).toBe('completed');
  },
  'invalid-lines': async ({ run }) => {
    const batch = await run(chatLines(6));
    expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ line: 2 }, { line: 5 }] } });
    expect((await run(chatLines(6))).status).toBe('completed');
  },
  'ascii-output': nineRows(({ outputText, output }) => {
    expect(outputText).toMatch(/^[\n -~]*$/);
    expect(outputText).toContain('\\u017e');
    expect(JSON.stringify(output)).toContain('žluťoučký');
  }),
  'insufficient-quota-rows': async (kit) => {
    await allFail(429)(kit);
    kit.sim.lift();
    expect((await kit.run(chatLines(2))).request_counts).toMatchObject({ completed: 2 });
  },
  'all-failed': allFail(400),
  'model-without-batch': allFail(404),
  'status-zero': nineRows(({ batch, errors, errorText }) => {
    expect(batch.request_counts).toEqual({ total: 9, completed: 9, failed: 0 });
    expect(ids(errors)).toEqual(chosen);
    expect(errorText).toContain('"response":{"status_code":0,"request_id":"","body":{}},"error":null}');
  }),
  'missing-rows': nineRows(({ output, errors, batch }) => {
    expect(errors).toEqual([]);
    expect(batch.error_file_id).toBeNull();
    expect(ids(output)).toEqual(['row-1', 'row-2', 'row-4', 'row-5', 'row-7', 'row-8']);
  }),
  'rows-400-in-error-file': chosenFail(400),
  'rows-400-in-output-file': nineRows(({ output, errors }) => {
    expect(errors).toEqual([]);
    expect(ids(output.filter((line) => line.response?.status_code === 400))).toEqual(chosen);
  }),
  'rows-429': chosenFail(429),
  'rows-500': chosenFail(500),
  'rows-429-first-run': chosenFail(429, true),
  'rows-500-first-run': chosenFail(500, true),
  'rows-expired-first-run': chosenFail('batch_expired', true),
  'rows-timed-out-first-run': chosenFail('request_timeout', true),
  'duplicate-results': nineRows(({ output }) => {
    expect(output).toHaveLength(12);
    for (const id of chosen) expect(output.filter((line) => line.custom_id === id)).toHaveLength(2);
  }),
  'stranger-results': nineRows(({ output }) => {
    expect(output.filter((line) => line.custom_id.startsWith('stranger-'))).toHaveLength(3);
    expect(output).toHaveLength(12);
  }),
  'blank-result-lines': nineRows(({ outputText }) => {
    expect(outputText.split('\n').filter((line) => line === '')).toHaveLength(4);
  }),
  'malformed-result-lines': nineRows(({ outputText, output }) => {
    expect(outputText.split('\n').filter((line) => line !== '' && parseOrNull(line) === null)).toHaveLength(
      3,
    );
    expect(output).toHaveLength(9);
  }),
  'line-separators': nineRows(({ outputText, output }) => {
    expect(outputText).toContain('\u2028\u2029\u0085');
    expect(output).toHaveLength(9);
  }),
};

test('every script has a check and a line of documentation', () => {
  expect(Object.keys(checks).sort()).toEqual(catalogue.map(({ name }) => name).sort());
  for (const { doc } of catalogue) expect(doc).toMatch(/^[A-Z][^\n]+\.$/);
});

test.each(catalogue.map(({ name, doc }) => [name, doc]))('%s: %s', async (name) => {
  const kit = await startKit({ scripts: [name] });
  await checks[name]?.(kit);
});
