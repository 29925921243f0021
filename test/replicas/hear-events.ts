/** Listens to the live messages of a service, as an open page of the console does. */
import type { LiveMessage } from '../../core/contract/console.ts';
import { until } from '../until.ts';

export interface Hearing {
  /** In the order in which they came; the first is the greeting. */
  readonly messages: readonly LiveMessage[];
  /** How often a batch was named, after the greeting. */
  countOf(batchId: number): number;
  close(): void;
}

/** Resolves after the greeting. */
export async function hearEvents(url: string): Promise<Hearing> {
  const ending = new AbortController();
  const response = await fetch(`${url}/api/console/events`, { signal: ending.signal });
  const messages: LiveMessage[] = [];
  const reading = (async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const [, data] = /^data: (.*)$/m.exec(event) ?? [];
        if (data !== undefined) messages.push(JSON.parse(data) as LiveMessage);
      }
    }
  })();
  reading.catch(() => {});
  await until(() => messages.length > 0);
  return {
    messages,
    countOf: (batchId) => messages.slice(1).filter(({ batches }) => batches?.includes(batchId)).length,
    close: () => ending.abort(),
  };
}
