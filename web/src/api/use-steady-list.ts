/**
 * A list under the reader's eyes. Newest first, newer rows wait; when so many wait that the newest page no longer holds the rows that
 * are shown, these are looked at by themselves, so that what stands there stays true.
 */
import { useQuery } from '@tanstack/react-query';
import { keepSteady, useSteady } from '../lib/steady.ts';
import { call, query } from './client.ts';

interface Page<R> {
  readonly data: readonly R[];
  readonly next_cursor: string | null;
}

interface Asked<R> {
  /** First word of the query's key: which live messages renew it. */
  readonly kind: 'batches' | 'requests';
  readonly path: string;
  readonly search: Readonly<Record<string, string | undefined>>;
  readonly limit: number;
  /** The newest page of this search. */
  readonly newest: Page<R> & { readonly address: string };
}

interface SteadyList<R> extends Page<R> {
  readonly waiting: number;
  readonly show: () => void;
}

const idOf = ({ id }: { readonly id: number }) => id;

export function useSteadyList<R extends { readonly id: number }>(asked: Asked<R>): SteadyList<R> {
  const { kind, path, search, limit, newest } = asked;
  const { rows, waiting, show } = useSteady(newest.data, idOf, newest.address);
  const below = { ...search, cursor: String((rows[0]?.id ?? 0) + 1), limit };
  const standing = useQuery({
    queryKey: [kind, 'standing', below],
    queryFn: ({ signal }) => call<Page<R>>(`${path}${query(below)}`, { signal }),
    enabled: waiting > 0 && search['order'] !== 'asc',
  });
  // Oldest first, newer rows come where nobody looks: at the end.
  if (search['order'] === 'asc') return { ...newest, waiting: 0, show };
  if (waiting === 0) return { data: rows, next_cursor: newest.next_cursor, waiting, show };
  const last = rows.at(-1);
  const { data, next_cursor } = standing.data ?? {
    data: rows,
    next_cursor: newest.next_cursor && last ? String(last.id) : null,
  };
  return { data: keepSteady(rows, data, idOf), next_cursor, waiting, show };
}
