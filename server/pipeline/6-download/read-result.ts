/** Reads one line of a result file: whose it is, what it means, what it cost. */
import { lastMember, scanObject } from '../../../core/json/scan-object.ts';
import { requestIdOf } from '../../../core/line-id.ts';
import { costOf, type ModelRates } from '../../../core/pricing.ts';
import { readUsage } from '../../../core/usage.ts';
import { judge, outcomeOf, type ResultLine } from '../../../core/verdict.ts';
import type { Finding, Setback } from '../../store/batches/apply-results.ts';

const decoder = new TextDecoder();

/** Null when the line is not JSON, or names no request of ours. */
export function readResult(bytes: Uint8Array, rates: ModelRates | null): Finding | Setback | null {
  let line: ResultLine;
  try {
    line = JSON.parse(decoder.decode(bytes)) as ResultLine;
  } catch {
    return null;
  }
  if (typeof line !== 'object' || line === null) return null;
  const requestId = requestIdOf(line.custom_id);
  if (requestId === null) return null;
  const verdict = judge(line);
  if (verdict.kind === 'again') {
    return { requestId, errorCode: verdict.error.code, errorMessage: verdict.error.message.slice(0, 2_000) };
  }
  const member = lastMember(scanObject(bytes) ?? [], 'custom_id');
  if (!member) return null;
  const body = (line.response as { body?: unknown } | null)?.body;
  const usage = readUsage(body);
  const failed = verdict.kind === 'failed' ? verdict.error : null;
  return {
    requestId,
    outcome: failed ? outcomeOf(failed) : 'succeeded',
    errorCode: failed?.code ?? null,
    errorMessage: failed?.message.slice(0, 2_000) ?? null,
    line: bytes,
    customIdStart: member.valueStart,
    customIdEnd: member.valueEnd,
    statusCode: verdict.statusCode,
    usage,
    cost: usage && rates ? costOf(usage, rates) : null,
  };
}
