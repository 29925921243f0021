/** What every verb is given: `verb(ctx, input)`. */
import type { Logger } from 'pino';
import type { DestinationType } from '../core/destination.ts';
import type { NetworkGuard } from './channels/network-guard.ts';
import type { Channel } from './channels/port.ts';
import type { LiveSettings } from './config/live-settings.ts';
import type { Seal } from './config/seal.ts';
import type { Settings } from './config/settings.ts';
import type { Callers } from './engine/callers.ts';
import type { Clock } from './engine/clock.ts';
import type { WakeUps } from './engine/wake-ups.ts';
import type { Metrics } from './metrics.ts';
import type { Provider } from './provider/port.ts';
import type { Store } from './store/store.ts';

export interface Context {
  readonly store: Store;
  readonly provider: Provider;
  /** The kinds of destinations that this installation can reach. */
  readonly channels: Readonly<Partial<Record<DestinationType, Channel>>>;
  /** Where webhooks may go. */
  readonly guard: NetworkGuard;
  /** Path prefixes that were configured as destinations of their own, by origin; the longest first. */
  readonly prefixes: Map<string, readonly string[]>;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
  readonly callers: Callers;
  readonly metrics: Metrics;
  /** As they hold now: edits of operators show in it at once. */
  readonly settings: Settings;
  readonly live: LiveSettings;
  readonly log: Logger;
  /** From 0 up to 1; spreads retries. */
  random(): number;
  /** Random, made once for a database: part of tags and delivery ids. */
  readonly installationId: string;
  /** Name of this process among its peers. */
  readonly replica: string;
  /** Signing secret for webhooks, `whsec_…`. */
  readonly webhookSecret: string;
  /** Encrypts what is stored and secret. */
  readonly seal: Seal;
}
