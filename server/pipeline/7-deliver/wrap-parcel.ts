/** Makes the bytes that a destination gets for an outcome: OpenAI's line, with the producer's custom_id in it. */
import { deliveryId, lineWithoutResult } from '../../../core/delivery.ts';
import type { Destination, Parcel } from '../../channels/port.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { ResultLine } from '../../store/read/requests.ts';

/** The content of an outcome, byte for byte the same at every attempt. */
export function outcomeContent(
  request: Pick<ClaimedDelivery, 'custom_id' | 'error_code' | 'error_message'>,
  result: Pick<ResultLine, 'line' | 'custom_id_start' | 'custom_id_end'> | undefined,
): Uint8Array {
  if (!result) {
    const error = { code: request.error_code ?? 'unknown_error', message: request.error_message ?? '' };
    return Buffer.from(lineWithoutResult(request.custom_id, error));
  }
  const { line, custom_id_start: start, custom_id_end: end } = result;
  const customId = JSON.stringify(request.custom_id);
  const length = Buffer.byteLength(customId);
  // Out of Node's pool: a buffer of its own for each line costs more to clean up than to fill.
  const content = Buffer.allocUnsafe(line.length - (end - start) + length);
  content.set(line.subarray(0, start));
  content.write(customId, start);
  content.set(line.subarray(end), start + length);
  return content;
}

/** A batch's requests mostly name one target, word for word. */
const targets = new Map<string, unknown>();
const mostTargets = 1_000;

function readTarget(delivery: string): unknown {
  const known = targets.get(delivery);
  if (known !== undefined) return known;
  const target: unknown = JSON.parse(delivery);
  if (targets.size >= mostTargets) targets.clear();
  targets.set(delivery, target);
  return target;
}

export function wrapParcel(
  installationId: string,
  claimed: ClaimedDelivery,
  result: Pick<ResultLine, 'line' | 'custom_id_start' | 'custom_id_end'> | undefined,
  destination: Destination,
): Parcel {
  return {
    deliveryId: deliveryId(installationId, claimed.id, claimed.outcome_number),
    requestId: claimed.id,
    customId: claimed.custom_id,
    outcome: claimed.outcome,
    attempt: claimed.delivery_tries + 1,
    content: outcomeContent(claimed, result),
    target: readTarget(claimed.delivery),
    destination,
  };
}
