/** How an outcome travels. One implementation for each kind of destination. */
import type { AttemptResult } from '../../core/delivery.ts';
import type { Outcome } from '../../core/request.ts';

/** One outcome on its way, ready to be sent. */
export interface Parcel {
  /** Stable over attempts and redelivery. */
  readonly deliveryId: string;
  readonly requestId: number;
  readonly customId: string;
  readonly outcome: Outcome;
  /** 1 for the first. */
  readonly attempt: number;
  /** OpenAI's line with the producer's custom_id, or one of the same shape. */
  readonly content: Uint8Array;
  /** The delivery configuration, parsed. */
  readonly target: unknown;
}

export interface Channel {
  /** Never throws: whatever happens is the result of the attempt. */
  send(parcel: Parcel, signal: AbortSignal): Promise<AttemptResult>;
  close(): Promise<void>;
}
