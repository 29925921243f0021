/** Closes the open batches that hold what was just sent, so that it leaves now. */
import type { Service } from '../service.ts';
import { ServiceRefused } from '../service.ts';
import type { InputLine } from './input-lines.ts';

/** More kinds in one file, or open batches in all, are closed by age. */
const mostKinds = 1_000;

export class Kinds {
  readonly #seen = new Set<string>();

  note({ endpoint, model }: Pick<InputLine, 'endpoint' | 'model'>): void {
    if (this.#seen.size < mostKinds) this.#seen.add(JSON.stringify([endpoint, model]));
  }

  has(endpoint: string, model: string): boolean {
    return this.#seen.has(JSON.stringify([endpoint, model]));
  }
}

export async function closeBatchesOf(service: Service, kinds: Kinds): Promise<void> {
  const query = { state: 'building', limit: String(mostKinds) };
  const { data } = await service.json<{ data: { id: number; endpoint: string; model: string }[] }>(
    '/api/batches',
    { query },
  );
  for (const { id, endpoint, model } of data) {
    if (kinds.has(endpoint, model)) await closeBatch(service, id);
  }
}

/** One that has closed by itself meanwhile is as wanted. */
export async function closeBatch(service: Service, id: number): Promise<void> {
  try {
    await service.json(`/api/batches/${id}/upload`, { method: 'POST' });
  } catch (error) {
    if (!(error instanceof ServiceRefused && error.status === 409)) throw error;
  }
}
