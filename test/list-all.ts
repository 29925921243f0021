import type { Api } from './call-api.ts';

interface Listed {
  readonly id: number;
  readonly custom_id: string;
  readonly batch_id: number;
  readonly state: string;
}

/** Every request of a list, page by page. */
export async function listAll(api: Api, query = '', key?: string): Promise<Listed[]> {
  const all: Listed[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { json } = await api.call(
      'GET',
      `/api/requests?limit=1000${query}${from}`,
      key === undefined ? {} : { key },
    );
    all.push(...json.data);
    cursor = json.next_cursor;
  }
  return all;
}
