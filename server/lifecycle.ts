/** Starting in order, and stopping without losing anything. */
import { AppError } from '../core/errors.ts';
import type { Service } from './compose/service.ts';
import { checkExposure } from './config/check-exposure.ts';
import { ConfigError } from './config/config-error.ts';
import { lookBack } from './engine/look-back.ts';
import { refreshSettings } from './operator/edit-settings.ts';
import { refreshPrefixes } from './pipeline/1-intake/path-prefixes.ts';
import { ProviderError } from './provider/errors.ts';

/** Starts everything. @returns the address it serves */
export async function startService(service: Service): Promise<string> {
  const { ctx, http, gate } = service;
  const keys = (await ctx.store.listApiKeys()).filter((key) => key.revoked_at === null);
  checkExposure(
    ctx.settings,
    keys.length + ctx.settings.API_KEYS.length + (http.auth.sessions.guarded ? 1 : 0),
  );
  await checkProviderKey(service);
  await gate.refresh();
  await refreshSettings(ctx);
  await refreshPrefixes(ctx);
  if (ctx.store.dialect === 'sqlite') await takeOver(service);
  await lookBack(ctx);
  const url = await http.app.listen({ host: ctx.settings.HOST, port: ctx.settings.PORT });
  await service.membership?.start();
  // Before the work: what is due waits for the first connection.
  service.broker?.publishing.start();
  if (ctx.settings.ROLE !== 'api') startWork(service);
  if (ctx.settings.ROLE !== 'worker') {
    service.broker?.consuming?.start();
    service.broker?.input?.start();
  }
  service.upkeep.start();
  const open = await http.auth.isOpen();
  ctx.log.info({ event: 'listening', url, credentials: open ? 'none needed' : 'API key' });
  return url;
}

/** What carries batches and hands outcomes over. */
function startWork({ drivers, dispatchers, heldBack }: Service): void {
  for (const driver of drivers) driver.start();
  for (const dispatcher of dispatchers) dispatcher.start();
  heldBack.start();
}

/** A refused key stops the start; a network fault does not. */
async function checkProviderKey({ ctx }: Service): Promise<void> {
  try {
    await ctx.provider.checkKey(AbortSignal.timeout(10_000));
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'auth') {
      throw new ConfigError([
        `OPENAI_API_KEY is refused by ${ctx.settings.OPENAI_BASE_URL}: ${error.message}`,
      ]);
    }
    ctx.log.warn({ event: 'key_not_checked', why: error instanceof Error ? error.message : String(error) });
  }
}

/** One process owns the file, so leases in it belong to the dead: work goes on at once. */
async function takeOver({ ctx }: Service): Promise<void> {
  const batches = await ctx.store.breakLeases();
  await ctx.store.wakeAll({ now: ctx.clock.now() });
  if (batches > 0) ctx.log.info({ event: 'taken_over', batches });
}

/**
 * Refuses intake, lets work under way end within the drain time, and gives back what does not. Only then the door is shut:
 * until then `/ready` says to whoever asks anew that it stops.
 */
export async function stopService(service: Service): Promise<void> {
  const { ctx, http } = service;
  if (service.state.stopping) return;
  service.state.stopping = true;
  ctx.log.info({ event: 'stopping' });
  http.beginStop();
  await Promise.all([
    ...service.drivers.map((driver) => driver.stop(ctx.settings.DRAIN_MS)),
    ...service.dispatchers.map((dispatcher) => dispatcher.stop(ctx.settings.DRAIN_MS)),
    service.heldBack.stop(),
    service.upkeep.stop(),
    stopInput(service),
  ]);
  await http.app.close();
  await Promise.all(Object.values(ctx.channels).map((channel) => channel.close()));
  await service.broker?.publishing.stop();
  await service.membership?.stop();
  await ctx.store.close();
  ctx.log.info({ event: 'stopped' });
}

/** The door first: what it has taken is still to be acknowledged. */
async function stopInput({ broker }: Service): Promise<void> {
  await broker?.input?.stop();
  await broker?.consuming?.stop();
}

/** What a person reads when the service does not start. */
export function explainStart(error: unknown): string {
  if (error instanceof ConfigError || error instanceof AppError) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Stop the other program, or set another PORT.`;
  if (!(error instanceof Error)) return String(error);
  // Failures of the system (a disk, an address) say what they are; anything else is a bug, and loud.
  return /^E[A-Z]+$/.test(code ?? '')
    ? `The service cannot start: ${error.message}.`
    : (error.stack ?? error.message);
}
