import { ApiError } from './api-error.ts';

export interface Page {
  readonly limit: number;
  readonly after: string | undefined;
}

/** @throws ApiError 400 for a limit outside 1 to `most` */
export function readPage(query: Record<string, string | undefined>, most: number, usual: number): Page {
  const limit = query['limit'] === undefined ? usual : Number(query['limit']);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    const message = `Invalid 'limit': expected a value from 1 to ${most}, but got ${query['limit']} instead.`;
    throw new ApiError(400, { message, param: 'limit', code: 'invalid_value' });
  }
  return { limit, after: query['after'] };
}

/** A page of a list: what comes behind the item whose id is `after`. */
export function showPage<Item extends { readonly id: string }>(
  items: readonly Item[],
  page: Page,
  show: (item: Item) => unknown,
): Record<string, unknown> {
  const start = page.after === undefined ? 0 : items.findIndex((item) => item.id === page.after) + 1;
  const chosen = items.slice(start, start + page.limit);
  return {
    object: 'list',
    data: chosen.map(show),
    first_id: chosen[0]?.id ?? null,
    last_id: chosen.at(-1)?.id ?? null,
    has_more: start + chosen.length < items.length,
  };
}
