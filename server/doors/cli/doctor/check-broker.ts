import type { ChannelModel } from 'amqplib';
import { type BrokerAddress, readBrokerUrl } from '../../../channels/rabbitmq/addresses.ts';
import { connectBroker } from '../../../channels/rabbitmq/connect-broker.ts';
import { nameBrokerFailure } from '../../../channels/rabbitmq/name-broker-failure.ts';
import type { Settings } from '../../../config/settings.ts';
import type { Finding } from './finding.ts';

const what = 'broker';

/** Each address, and behind the first that answers the queues that the settings name. Nothing is made. */
export async function checkBroker(settings: Settings): Promise<Finding[]> {
  const addresses = settings.RABBITMQ_URL.map((url) => readBrokerUrl(url, settings.RABBITMQ_HEARTBEAT_S));
  if (addresses.length === 0) return unusedSettings(settings);
  const findings: Finding[] = [];
  let reached = false;
  for (const address of addresses) {
    try {
      const connection = await open(address, settings);
      findings.push({ verdict: 'ok', what, about: `${address.name} takes our connection` });
      if (!reached) findings.push(...(await checkQueues(connection, settings)));
      reached = true;
      await connection.close();
    } catch (error) {
      const { outcome, error: why } = nameBrokerFailure(error);
      const about = `${address.name}: ${outcome.replaceAll('_', ' ')} (${why}). Check RABBITMQ_URL and the network.`;
      findings.push({ verdict: 'FAIL', what, about });
    }
  }
  // With one that answers the service can work.
  return reached
    ? findings.map((finding) => (isUnreached(finding) ? { ...finding, verdict: 'warn' } : finding))
    : findings;
}

function isUnreached({ verdict, about }: Finding): boolean {
  return verdict === 'FAIL' && about.endsWith('and the network.');
}

async function open(address: BrokerAddress, settings: Settings): Promise<ChannelModel> {
  const tls = { ca: settings.RABBITMQ_CA, cert: settings.RABBITMQ_CERT, key: settings.RABBITMQ_KEY };
  const connection = await connectBroker(address, tls, 'openai-batch-manager doctor');
  connection.on('error', () => {});
  return connection;
}

async function checkQueues(connection: ChannelModel, settings: Settings): Promise<Finding[]> {
  const findings: Finding[] = [];
  const declared = settings.RABBITMQ_DECLARE === 'true';
  for (const name of ['RABBITMQ_INPUT_QUEUE', 'RABBITMQ_DEAD_LETTER_QUEUE'] as const) {
    const queue = settings[name];
    if (queue === null) continue;
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    try {
      const { messageCount } = await channel.checkQueue(queue);
      findings.push({ verdict: 'ok', what, about: `${name} ${queue} is there, ${messageCount} waiting` });
      await channel.close();
    } catch (error) {
      const advice = declared ? 'it will be made at the start.' : 'Make it, or set RABBITMQ_DECLARE=true.';
      const why = (error as { code?: unknown }).code === 404 ? 'is not there' : (error as Error).message;
      findings.push({
        verdict: declared ? 'warn' : 'FAIL',
        what,
        about: `${name} ${queue} ${why}; ${advice}`,
      });
    }
  }
  return findings;
}

/** Without an address the rest is for nothing, and nobody would notice. */
function unusedSettings(settings: Settings): Finding[] {
  return settings.RABBITMQ_INPUT_QUEUE === null
    ? []
    : [
        {
          verdict: 'FAIL',
          what,
          about: 'RABBITMQ_INPUT_QUEUE is set without RABBITMQ_URL. Set both, or none.',
        },
      ];
}
