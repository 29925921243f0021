/**
 * Tells ALERT_WEBHOOK_URL what is wrong: once when a condition begins, once when it is over. What was told is kept in
 * the store, so a restart repeats nothing; a message that was not taken is sent again at the next look.
 */
import { request } from 'undici';
import { keyOf, sign } from '../../channels/signature.ts';
import type { Context } from '../../context.ts';
import { type Condition, presentConditions } from './conditions.ts';

const prefix = 'alert:';
const timeoutMs = 10_000;

interface Told {
  readonly kind: Condition['kind'];
  readonly message: string;
  readonly since: number;
}

/** One look. Does nothing while no URL is set; ends at the first message that finds nobody, for the next will not either. */
export async function watchConditions(ctx: Context, diskLow: boolean): Promise<void> {
  const { store, clock, settings } = ctx;
  const url = settings.ALERT_WEBHOOK_URL;
  if (url === null) return;
  const present = new Map((await presentConditions(ctx, diskLow)).map((c) => [c.id, c]));
  const told = new Map<string, Told>();
  for (const { name, value } of await store.readSettings()) {
    if (name.startsWith(prefix)) told.set(name.slice(prefix.length), JSON.parse(value) as Told);
  }
  for (const condition of present.values()) {
    if (told.has(condition.id)) continue;
    const since = clock.now();
    const { id, kind, message } = condition;
    const heard = await tell(ctx, url, { status: 'firing', id, kind, message, since });
    if (heard === 'unreachable') return;
    if (heard === 'refused') continue;
    const value = JSON.stringify({ kind, message, since } satisfies Told);
    await store.writeSetting({ name: prefix + id, value, actor: 'alerts', now: since });
  }
  for (const [id, { kind, message, since }] of told) {
    if (present.has(id)) continue;
    const heard = await tell(ctx, url, { status: 'resolved', id, kind, message, since });
    if (heard === 'unreachable') return;
    if (heard === 'refused') continue;
    await store.removeSetting({ name: prefix + id });
  }
}

interface Alert extends Condition {
  readonly status: 'firing' | 'resolved';
  readonly since: number;
}

/** Signed as deliveries are; the id is the same for every try at one message. */
async function tell(ctx: Context, url: string, alert: Alert): Promise<'taken' | 'refused' | 'unreachable'> {
  const content = Buffer.from(
    JSON.stringify({
      ...alert,
      since: new Date(alert.since).toISOString(),
      installation: ctx.installationId,
    }),
  );
  const id = `alert_${ctx.installationId}_${alert.id.replaceAll(':', '_')}_${alert.since}_${alert.status}`;
  const timestampS = Math.floor(ctx.clock.now() / 1_000);
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': sign(keyOf(ctx.webhookSecret), id, timestampS, content),
      },
      body: content,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await body.dump();
    if (statusCode >= 200 && statusCode < 300) return 'taken';
    ctx.log.warn({ event: 'alert_refused', alert: alert.id, status: statusCode });
    return 'refused';
  } catch (error) {
    ctx.log.warn({ event: 'alert_not_sent', alert: alert.id, why: (error as Error).message });
  }
  return 'unreachable';
}
