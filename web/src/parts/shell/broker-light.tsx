/** RabbitMQ at a glance; a click says which side stands how. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { BrokerView } from '../../api/types.ts';
import type { Tone } from '../../lib/tones.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FactList } from '../../ui/facts.tsx';
import { When } from '../../ui/when.tsx';
import { Light } from './light.tsx';

const brokerQuery = {
  queryKey: ['broker'],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) => call<BrokerView>('/api/broker', { signal }),
  refetchInterval: 10_000,
};

/** The connection that a destination of this type goes by. */
export function BrokerFacts() {
  const { data } = useQuery(brokerQuery);
  return (
    <section className="panel">
      <h2 className="mb-2.5">Connection</h2>
      {data && <Details broker={data} />}
      <p className="hint mt-2">
        A message counts as delivered when the broker has confirmed it; one that no queue takes is a failure.
      </p>
    </section>
  );
}

export function BrokerLight() {
  const [open, setOpen] = useState(false);
  const { data } = useQuery(brokerQuery);
  const { tone, word } = standingOf(data);
  return (
    <Light tone={tone}>
      <button type="button" className="cursor-pointer hover:underline min-h-6" onClick={() => setOpen(true)}>
        {word}
      </button>
      {open && data && (
        <Dialog title="RabbitMQ" onClose={() => setOpen(false)}>
          <Details broker={data} />
        </Dialog>
      )}
    </Light>
  );
}

/** Green when every side that is configured is connected, else not. */
function standingOf(broker: BrokerView | undefined): { readonly tone: Tone; readonly word: string } {
  if (!broker) return { tone: 'quiet', word: 'RabbitMQ …' };
  if (!broker.configured) return { tone: 'quiet', word: 'RabbitMQ not used' };
  const links = [broker.publishing, broker.consuming].filter((link) => link !== null);
  const all = links.length > 0 && links.every(({ state }) => state === 'connected');
  return all
    ? { tone: 'good', word: 'RabbitMQ connected' }
    : {
        tone: 'watch',
        word: `RabbitMQ ${links.find(({ state }) => state !== 'connected')?.state ?? 'stopped'}`,
      };
}

function Details({ broker }: { readonly broker: BrokerView }) {
  if (!broker.configured)
    return (
      <p>Set RABBITMQ_URL to deliver to exchanges and queues, and RABBITMQ_INPUT_QUEUE to take requests.</p>
    );
  const sides = { 'Output delivery': broker.publishing, Input: broker.consuming } as const;
  return (
    <FactList
      facts={[
        ...Object.entries(sides).map(
          ([name, link]) =>
            [
              name,
              link === null ? (
                'off'
              ) : (
                <span key={name}>
                  {link.state} at <span className="mono">{link.broker}</span>, since{' '}
                  <When at={link.since} bare />
                  {link.reason !== null && <span className="block text-watch">{link.reason}</span>}
                </span>
              ),
            ] as const,
        ),
        [
          'Input queue',
          broker.input === null
            ? 'none: set RABBITMQ_INPUT_QUEUE to take requests from one'
            : `${broker.input.queue}: ${broker.input.state}${broker.input.reason === null ? '' : `, ${broker.input.reason}`}`,
        ],
      ]}
    />
  );
}
