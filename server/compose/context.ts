/** Puts together what every part is given: the store, the clock, the provider, the secrets. */
import { randomBytes } from 'node:crypto';
import { makeSecret } from '../channels/signature.ts';
import { Seal } from '../config/seal.ts';
import { keepSecret } from '../config/secrets.ts';
import type { Context } from '../context.ts';
import { Callers } from '../engine/callers.ts';
import type { Clock } from '../engine/clock.ts';
import { WakeUps } from '../engine/wake-ups.ts';
import { Metrics } from '../metrics.ts';
import { OpenAIProvider } from '../provider/openai.ts';
import { openStore } from '../store/open-store.ts';
import { proveSecrets } from './prove-secrets.ts';
import { makeClock, nameReplica } from './replica.ts';

/** @throws ConfigError when SECRET_KEY_BASE or WEBHOOK_SECRET is not the one of this database (see prove-secrets.ts) */
export async function makeContext(
  given: Pick<Context, 'settings' | 'live' | 'log' | 'channels' | 'guard'>,
  givenClock: Clock | undefined,
): Promise<Context> {
  const { settings } = given;
  const databasePath = settings.DATABASE_PATH;
  const store = await openStore(settings);
  const metrics = new Metrics();
  const clock = givenClock ?? (await makeClock(store, settings));
  const installationId = await store.claimInstallation({
    proposedId: randomBytes(6).toString('hex'),
    now: clock.now(),
  });
  const seal = new Seal(settings.SECRET_KEY_BASE ?? keepSecret(databasePath, 'secret-key-base', makeKeyBase));
  const webhookSecret = settings.WEBHOOK_SECRET ?? keepSecret(databasePath, 'webhook-secret', makeSecret);
  await proveSecrets({ store, clock, seal, webhookSecret }).catch(async (error) => {
    await store.close();
    throw error;
  });
  return {
    ...given,
    prefixes: new Map(),
    store,
    clock,
    seal,
    metrics,
    installationId,
    provider: new OpenAIProvider(settings, metrics),
    wakeUps: new WakeUps(store.notices),
    callers: new Callers(),
    random: Math.random,
    replica: nameReplica(settings),
    webhookSecret,
  };
}

function makeKeyBase(): string {
  return randomBytes(32).toString('hex');
}
