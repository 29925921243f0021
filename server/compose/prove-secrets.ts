/** Secrets that every process on one database must share are proved against what the database keeps of them. */
import { createHash } from 'node:crypto';
import { ConfigError } from '../config/config-error.ts';
import { sealedProof } from '../config/seal.ts';
import type { Context } from '../context.ts';
import { deadAfterMs } from '../engine/membership.ts';

type Proving = Pick<Context, 'store' | 'clock' | 'seal' | 'webhookSecret'>;

const webhookRow = 'webhook_secret_proof';
/** Whoever started within this time may not have said yet that it lives. */
const startsWithinMs = 60_000;

/** @throws ConfigError when SECRET_KEY_BASE or WEBHOOK_SECRET is not that of this database, or of those that run on it */
export async function proveSecrets(ctx: Proving): Promise<void> {
  await proveSeal(ctx);
  if (ctx.store.notices !== null) await proveWebhookSecret(ctx);
}

/** Opens what the first start has sealed. */
async function proveSeal({ store, seal, clock }: Proving): Promise<void> {
  const value = seal.close(sealedProof);
  seal.open(await store.claimSetting({ name: 'seal', value, actor: 'first start', now: clock.now() }));
}

/**
 * It may be changed, but not while others sign with the one before: receivers would take some of the messages and refuse
 * the rest. So it is compared with that of the last start.
 */
async function proveWebhookSecret({ store, seal, clock, webhookSecret }: Proving): Promise<void> {
  const now = clock.now();
  const print = createHash('sha256').update(webhookSecret).digest('base64');
  const proof = { name: webhookRow, value: seal.close(print), actor: 'start', now };
  const kept = await store.claimSetting(proof);
  if (seal.open(kept) !== print && (await othersSign(store, now))) throw new ConfigError([anotherSecret]);
  await store.writeSetting(proof);
}

async function othersSign(store: Proving['store'], now: number): Promise<boolean> {
  const row = (await store.readSettings()).find(({ name }) => name === webhookRow);
  if (row && row.updated_at > now - startsWithinMs) return true;
  return (await store.listReplicas()).some(({ seen_at: seenAt }) => seenAt > now - deadAfterMs);
}

const anotherSecret =
  'WEBHOOK_SECRET is not the one with which the other replicas sign: receivers would refuse what this one sends. Give all ' +
  'of them the same. To change it, stop all of them and start a minute later; a single destination gets a new one while ' +
  'they run, by destinations rotate-secret.';
