/** What to paste when nothing is there yet, with this host filled in. */
import { CopyText } from '../ui/copy-text.tsx';

const body = (to: string) =>
  JSON.stringify(
    {
      custom_id: 'first-1',
      url: '/v1/responses',
      method: 'POST',
      body: { model: 'gpt-4o-mini', input: 'Say hello.' },
      delivery_config: to === 'none' ? { type: 'none' } : { type: 'webhook', webhook_url: to },
    },
    null,
    2,
  );

export function FirstRequest() {
  const curl = `curl -X POST ${window.location.origin}/api/requests \\
  -H 'content-type: application/json' \\
  -d '${body('none')}'`;
  const publish = `rabbitmqadmin publish routing_key=batch_requests \\
  payload='${body('none').replaceAll('\n', ' ').replaceAll(/ {2,}/g, ' ')}'`;
  return (
    <div className="grid gap-3 max-w-3xl">
      <p>By HTTP:</p>
      <CopyText text={curl} what="curl command" />
      <p>Or through RabbitMQ, where RABBITMQ_URL and RABBITMQ_INPUT_QUEUE are set (here: batch_requests):</p>
      <CopyText text={publish} what="publish command" />
    </div>
  );
}
