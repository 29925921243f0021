interface Config {
  readonly type?: string;
  readonly webhook_url?: string;
  readonly rabbitmq_queue?: string;
  readonly rabbitmq_exchange?: string;
  readonly rabbitmq_routing_key?: string;
}

/** Where an outcome goes, as one line; null: it is fetched. */
export function targetOf(config: Config): string | null {
  if (config.webhook_url !== undefined) return config.webhook_url;
  if (config.rabbitmq_queue !== undefined) return `queue ${config.rabbitmq_queue}`;
  if (config.rabbitmq_exchange === undefined) return null;
  return `exchange ${config.rabbitmq_exchange}, routing key ${config.rabbitmq_routing_key || '(empty)'}`;
}
