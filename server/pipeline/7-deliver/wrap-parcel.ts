/** Makes the bytes that a destination gets for an outcome: OpenAI's line, with the producer's custom_id in it. */
import { deliveryId, lineWithoutResult } from '../../../core/delivery.ts';
import { jsonStringBytes, replaceSpan } from '../../../core/json/splice.ts';
import type { Destination, Parcel } from '../../channels/port.ts';
import type { ClaimedDelivery } from '../../store/deliveries/claim-deliveries.ts';
import type { ResultRow } from '../../store/rows.ts';

/** The content of an outcome, byte for byte the same at every attempt. */
export function outcomeContent(
  request: Pick<ClaimedDelivery, 'custom_id' | 'error_code' | 'error_message'>,
  result: ResultRow | undefined,
): Uint8Array {
  if (!result) {
    const error = { code: request.error_code ?? 'unknown_error', message: request.error_message ?? '' };
    return Buffer.from(lineWithoutResult(request.custom_id, error));
  }
  return replaceSpan(
    result.line,
    result.custom_id_start,
    result.custom_id_end,
    jsonStringBytes(request.custom_id),
  );
}

export function wrapParcel(
  installationId: string,
  claimed: ClaimedDelivery,
  result: ResultRow | undefined,
  destination: Destination,
): Parcel {
  return {
    deliveryId: deliveryId(installationId, claimed.id, claimed.outcome_number),
    requestId: claimed.id,
    customId: claimed.custom_id,
    outcome: claimed.outcome,
    attempt: claimed.delivery_tries + 1,
    content: outcomeContent(claimed, result),
    target: JSON.parse(claimed.delivery),
    destination,
  };
}
