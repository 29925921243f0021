/** A request as a producer posts it. */
export function makePost(customId: string, change: object = {}): Record<string, unknown> {
  return {
    custom_id: customId,
    url: '/v1/responses',
    method: 'POST',
    delivery_config: { type: 'none' },
    body: { model: 'gpt-5-mini', input: 'Say hello.' },
    ...change,
  };
}
