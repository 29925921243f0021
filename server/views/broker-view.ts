/** How the connections to RabbitMQ stand. */
import type { BrokerView } from '../../core/contract/broker.ts';
import type { LinkStanding } from '../channels/rabbitmq/link.ts';
import { isoTime } from './times.ts';

/** What can be asked at any time; null parts are not configured. */
export interface BrokerParts {
  readonly publishing: { readonly standing: LinkStanding };
  readonly consuming: { readonly standing: LinkStanding } | null;
  readonly input: {
    readonly queue: string;
    readonly standing: { readonly state: 'off' | 'consuming' | 'resting'; readonly reason: string | null };
  } | null;
}

export function viewBroker(parts: BrokerParts | null): BrokerView {
  const { publishing, consuming, input } = parts ?? { publishing: null, consuming: null, input: null };
  return {
    configured: parts !== null,
    publishing: publishing && viewLink(publishing.standing),
    consuming: consuming && viewLink(consuming.standing),
    input: input && { queue: input.queue, ...input.standing },
  };
}

function viewLink({ state, broker, since, reason }: LinkStanding) {
  return { state, broker, since: isoTime(since), reason };
}

/** For a probe, where anybody may read it: words only, no names of hosts or queues. */
export function summarizeBroker(parts: BrokerParts | null): string {
  if (!parts) return 'not configured';
  const { publishing, consuming, input } = parts;
  const standings = [
    ['publishing', publishing.standing.state],
    ...(consuming ? [['consuming', consuming.standing.state]] : []),
  ].filter(([, state]) => state !== 'connected' && state !== 'stopped');
  // A worker takes no requests in; its link for that is never started.
  const takesIn = consuming !== null && consuming.standing.state !== 'stopped';
  if (standings.length === 0 && takesIn && input && input.standing.state !== 'consuming') {
    standings.push(['input', input.standing.state]);
  }
  return standings.length === 0 ? 'connected' : standings.map((pair) => pair.join(' ')).join(', ');
}
