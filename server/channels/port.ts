/** How an outcome travels. One implementation for each kind of destination. */
import type { AttemptResult } from '../../core/delivery.ts';
import type { DeliveryPolicy, DestinationType } from '../../core/destination.ts';
import type { Outcome } from '../../core/request.ts';

/** Where a parcel goes, as it is configured now. */
export interface Destination {
  readonly id: number;
  readonly type: DestinationType;
  /** A webhook's origin, with a path prefix if one was configured; or a broker target. */
  readonly address: string;
  /** Grows with every edit. */
  readonly version: number;
  readonly policy: DeliveryPolicy;
  /** `whsec_…`, newest first; each of them signs. */
  readonly secrets: readonly string[];
  /** Sent along with every message. */
  readonly headers: Readonly<Record<string, string>>;
  /** The value of the header `authorization`, or null. */
  readonly authorization: string | null;
}

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
  /** The producer's delivery configuration, parsed. */
  readonly target: unknown;
  readonly destination: Destination;
}

export interface Channel {
  /**
   * Never throws: whatever happens is the result of the attempt.
   *
   * @param limitMs after which it ends, whatever the destination allows
   */
  send(parcel: Parcel, limitMs: number): Promise<AttemptResult>;
  close(): Promise<void>;
  /** False while nothing can be sent to any destination, a broker being away. Left out: there is no such time. */
  readonly isUp?: boolean;
}
