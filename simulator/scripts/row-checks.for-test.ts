import { expect } from 'vitest';
import { chatLine, chatLines } from '../kit.for-test.ts';
import { type Check, chosen, ids, nineRows, parseOrNull } from './nine-rows.for-test.ts';

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

export const rowChecks: Record<string, Check> = {
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
