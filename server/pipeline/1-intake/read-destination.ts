/** Checks where an outcome shall go, and names the destination that it belongs to. */
import type { PostRequest } from '../../../core/contract/intake.ts';
import { type Complaint, complain } from '../../../core/errors.ts';
import { readBrokerTarget } from './read-broker-target.ts';

/** Which channels this installation has. */
export interface ChannelRules {
  readonly rabbitmq: boolean;
  /** Path prefixes that are destinations of their own, by origin; the longest first. */
  readonly prefixes: ReadonlyMap<string, readonly string[]>;
}

export interface Destination {
  readonly type: 'webhook' | 'rabbitmq';
  /** A webhook's origin, or a broker target. */
  readonly address: string;
}

export type Config = PostRequest['delivery_config'];

/** @param key of the delivery configuration, as a JSON pointer; `''` is the whole */
export type Say = (detail: string, key: string) => void;

const keysOf = {
  webhook: ['webhook_url'],
  rabbitmq: ['rabbitmq_queue', 'rabbitmq_exchange', 'rabbitmq_routing_key', 'rabbitmq_headers'],
  none: [],
} as const;

/** Null for type `none`, and when there are complaints. */
export function readDestination(
  config: Config,
  channels: ChannelRules,
  complaints: Complaint[],
): Destination | null {
  const say: Say = (detail, key) => {
    complaints.push(complain('validation_error', detail, `/delivery_config${key}`));
  };
  for (const key of Object.keys(config)) {
    if (key === 'type' || (keysOf[config.type] as readonly string[]).includes(key)) continue;
    say(`does not belong to type ${config.type}.`, `/${key}`);
  }
  switch (config.type) {
    case 'none':
      return null;
    case 'webhook':
      return readWebhook(config.webhook_url, channels, say);
    case 'rabbitmq':
      if (channels.rabbitmq) return readBrokerTarget(config, say);
      say('rabbitmq is not configured here; set RABBITMQ_URL, or use type webhook or none.', '/type');
      return null;
  }
}

function readWebhook(text: string | undefined, { prefixes }: ChannelRules, say: Say): Destination | null {
  if (text === undefined) {
    say('is missing: type webhook needs an http or https URL.', '/webhook_url');
    return null;
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    say('must be an http or https URL with a host, such as http://service:8080/answers.', '/webhook_url');
    return null;
  }
  if (url.username !== '' || url.password !== '') {
    say('must not hold a user name or password.', '/webhook_url');
    return null;
  }
  const prefix = prefixes.get(url.origin)?.find((path) => liesBelow(url.pathname, path)) ?? '';
  return { type: 'webhook', address: url.origin + prefix };
}

/** `/team` holds `/team` and `/team/a`, and not `/teams`. */
function liesBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
