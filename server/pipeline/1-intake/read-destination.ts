/** Checks where an outcome shall go, and names the destination that it belongs to. */
import type { PostRequest } from '../../../core/contract/intake.ts';
import { type Complaint, complain } from '../../../core/errors.ts';
import { hasLoneSurrogate, hasNul } from '../../../core/json/decoded-text.ts';

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

type Config = PostRequest['delivery_config'];

const keysOf = {
  webhook: ['webhook_url'],
  rabbitmq: ['rabbitmq_queue', 'rabbitmq_exchange', 'rabbitmq_routing_key'],
  none: [],
} as const;

/** Null for type `none`, and when there are complaints. */
export function readDestination(
  config: Config,
  channels: ChannelRules,
  complaints: Complaint[],
): Destination | null {
  const say = (detail: string, key: string) =>
    complaints.push(complain('validation_error', detail, `/delivery_config${key}`));
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
      return readBrokerTarget(config, channels, say);
  }
}

type Say = (detail: string, key: string) => void;

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

function readBrokerTarget(config: Config, channels: ChannelRules, say: Say): Destination | null {
  if (!channels.rabbitmq) {
    say('rabbitmq is not configured here; set RABBITMQ_URL, or use type webhook or none.', '/type');
    return null;
  }
  const { rabbitmq_queue: queue, rabbitmq_exchange: exchange, rabbitmq_routing_key: key } = config;
  for (const [name, value] of Object.entries({ queue, exchange, routing_key: key })) {
    if (value === undefined || isBrokerName(value)) continue;
    say(`must be at most ${mostNameBytes} bytes of text without NUL.`, `/rabbitmq_${name}`);
    return null;
  }
  if (queue !== undefined && exchange === undefined && key === undefined) {
    return { type: 'rabbitmq', address: `queue ${queue}` };
  }
  if (exchange !== undefined && queue === undefined) {
    return { type: 'rabbitmq', address: `exchange ${exchange} key ${key ?? ''}` };
  }
  say('needs either rabbitmq_queue, or rabbitmq_exchange with rabbitmq_routing_key.', '');
  return null;
}

/** AMQP counts the length of a name in one byte. */
const mostNameBytes = 255;

function isBrokerName(text: string): boolean {
  return Buffer.byteLength(text) <= mostNameBytes && !hasNul(text) && !hasLoneSurrogate(text);
}
