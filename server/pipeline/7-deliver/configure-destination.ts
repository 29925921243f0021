/** A destination as its channel needs it: defaults filled in, secrets opened. */
import { type DestinationType, type PolicyDefaults, policyOf } from '../../../core/destination.ts';
import type { Destination } from '../../channels/port.ts';
import type { Context } from '../../context.ts';
import type { DestinationRow } from '../../store/rows.ts';

/** What is kept encrypted with a destination. */
export interface SealedPart {
  /** Signing secrets, newest first; none: those of the installation. */
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** The value of the header `authorization`, or null. */
  readonly authorization: string | null;
}

/** Confirms that may be outstanding at a broker (measured: bare publishing gains nothing beyond it). */
export const confirmWindow = 200;

export const nothingSealed: SealedPart = { secrets: [], headers: {}, authorization: null };

export function openSealed(ctx: Pick<Context, 'seal'>, row: Pick<DestinationRow, 'sealed'>): SealedPart {
  return row.sealed === null ? nothingSealed : (JSON.parse(ctx.seal.open(row.sealed)) as SealedPart);
}

export function configureDestination(
  ctx: Pick<Context, 'seal' | 'settings' | 'webhookSecret' | 'clock'>,
  row: DestinationRow,
): Destination {
  const { secrets, headers, authorization } = openSealed(ctx, row);
  const overlaps = (row.secret_overlap_until ?? 0) > ctx.clock.now();
  return {
    id: row.id,
    type: row.type,
    address: row.address,
    version: row.version,
    policy: policyOf(row, policyDefaults(ctx, row.type)),
    secrets: secrets.length === 0 ? [ctx.webhookSecret] : secrets.slice(0, overlaps ? 2 : 1),
    headers,
    authorization,
  };
}

/** What holds where a destination says nothing. */
export function policyDefaults(
  { settings }: Pick<Context, 'settings'>,
  type: DestinationType,
): PolicyDefaults {
  if (type === 'rabbitmq') {
    return {
      connectTimeoutMs: settings.WEBHOOK_CONNECT_TIMEOUT_MS,
      answerTimeoutMs: settings.WEBHOOK_TIMEOUT_MS,
      concurrency: confirmWindow,
    };
  }
  return {
    connectTimeoutMs: settings.WEBHOOK_CONNECT_TIMEOUT_MS,
    answerTimeoutMs: settings.WEBHOOK_TIMEOUT_MS,
    concurrency: settings.DELIVERY_PER_DESTINATION,
  };
}

/** What is kept with each attempt: how it was sent, without secrets. */
export function configCopy({ version, policy, headers, authorization, secrets }: Destination): string {
  return JSON.stringify({
    version,
    connect_timeout_ms: policy.connectTimeoutMs,
    answer_timeout_ms: policy.answerTimeoutMs,
    schedule_ms: policy.scheduleMs,
    concurrency: policy.concurrency,
    rate_per_s: policy.ratePerS,
    headers: Object.keys(headers),
    authorization: authorization === null ? null : (authorization.split(' ', 1)[0] ?? null),
    signatures: secrets.length,
  });
}

/** Keeps the configured form of a destination until it is edited, or its old secret runs out. */
export class ConfiguredDestinations {
  readonly #ctx: Context;
  readonly #known = new Map<number, { readonly of: string; readonly made: Configured }>();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  get(row: DestinationRow): Configured {
    const overlaps = (row.secret_overlap_until ?? 0) > this.#ctx.clock.now();
    const of = `${row.version} ${overlaps}`;
    const known = this.#known.get(row.id);
    if (known?.of === of) return known.made;
    const destination = configureDestination(this.#ctx, row);
    const made = { destination, copy: configCopy(destination) };
    if (this.#known.size >= mostKept) this.#known.clear();
    this.#known.set(row.id, { of, made });
    return made;
  }
}

export interface Configured {
  readonly destination: Destination;
  /** For the attempts. */
  readonly copy: string;
}

const mostKept = 5_000;
