/** Puts together what belongs to RabbitMQ: a link for each direction, the publisher, and the door of the input queue. */
import type { BrokerAddress } from '../channels/rabbitmq/addresses.ts';
import { readBrokerUrl } from '../channels/rabbitmq/addresses.ts';
import { BrokerLink, type LinkRole } from '../channels/rabbitmq/link.ts';
import { Publisher } from '../channels/rabbitmq/publisher.ts';
import type { Context } from '../context.ts';
import { InputConsumer } from '../doors/amqp/input-consumer.ts';
import type { Intake } from '../pipeline/1-intake/accept-request.ts';
import type { IntakeGate } from '../pipeline/1-intake/intake-gate.ts';

export interface Broker {
  readonly publishing: BrokerLink;
  readonly publisher: Publisher;
  /** Null where there is no input queue. */
  readonly consuming: BrokerLink | null;
  readonly input: InputConsumer | null;
}

/** Null where no broker is configured. */
export function makeBroker(ctx: Context, intake: Intake, gate: IntakeGate): Broker | null {
  const { settings } = ctx;
  const [first, ...more] = settings.RABBITMQ_URL.map((url) =>
    readBrokerUrl(url, settings.RABBITMQ_HEARTBEAT_S),
  );
  if (!first) return null;
  const publishing = makeLink(ctx, 'publishing', [first, ...more]);
  const publisher = new Publisher({
    link: publishing,
    declare: settings.RABBITMQ_DECLARE === 'true',
  });
  const queue = settings.RABBITMQ_INPUT_QUEUE;
  if (queue === null) return { publishing, publisher, consuming: null, input: null };
  const consuming = makeLink(ctx, 'consuming', [first, ...more]);
  const input = new InputConsumer({ ctx, intake, gate, link: consuming, publisher, queue });
  return { publishing, publisher, consuming, input };
}

function makeLink(
  ctx: Context,
  role: LinkRole,
  addresses: readonly [BrokerAddress, ...BrokerAddress[]],
): BrokerLink {
  const { clock, random, log, metrics, settings } = ctx;
  return new BrokerLink({
    role,
    addresses,
    tls: { ca: settings.RABBITMQ_CA, cert: settings.RABBITMQ_CERT, key: settings.RABBITMQ_KEY },
    name: `openai-batch-manager ${ctx.replica}`,
    clock,
    random,
    log,
    metrics,
    onOpen: () => ctx.wakeUps.wake('deliveries'),
    faster: settings.RETRY_FASTER,
  });
}
