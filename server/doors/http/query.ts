/** Reads list queries: everything arrives as text, and what cannot be read is refused with its name. */
import Type from 'typebox';
import { AppError } from '../../../core/errors.ts';
import { type ListOrder, listOrders } from '../../../core/list-order.ts';
import { type Outcome, outcomes, type RequestState, requestStates } from '../../../core/request.ts';
import type { RequestFilter } from '../../store/read/list-requests.ts';

export const mostRows = 1_000;
const defaultRows = 50;

const text = (description: string, maxLength = 512) => Type.Optional(Type.String({ maxLength, description }));

export const PageQuery = {
  cursor: text('`next_cursor` of the page before.'),
  limit: text(`Rows of a page, 1 to ${mostRows}; ${defaultRows} when left out.`),
};

export const OrderQuery = {
  order: Type.Optional(
    Type.Enum([...listOrders], {
      description: 'By time of creation: `desc`, newest first, when left out. A cursor belongs to its order.',
    }),
  ),
};

export const RequestFilterQuery = {
  state: Type.Optional(Type.Enum([...requestStates])),
  outcome: Type.Optional(Type.Enum([...outcomes])),
  model: text('Exact name of the model.'),
  endpoint: text('For example /v1/responses.'),
  batch: text('Id of a batch.'),
  destination: text('Id of a destination.'),
  tag: text('Exact tag.'),
  before: text('Created before this time: ISO 8601, or epoch milliseconds.'),
  after: text('Created at or after this time.'),
};

export interface RequestQuery {
  readonly state?: RequestState;
  readonly outcome?: Outcome;
  readonly model?: string;
  readonly endpoint?: string;
  readonly batch?: string;
  readonly destination?: string;
  readonly tag?: string;
  readonly before?: string;
  readonly after?: string;
}

export function readFilter(query: RequestQuery): RequestFilter {
  const { state, outcome, model, endpoint, batch, destination, tag, before, after } = query;
  return {
    ...(state === undefined ? {} : { state }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(model === undefined ? {} : { model }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(tag === undefined ? {} : { tag }),
    ...(batch === undefined ? {} : { batchId: readId(batch, 'batch') }),
    ...(destination === undefined ? {} : { destinationId: readId(destination, 'destination') }),
    ...(before === undefined ? {} : { before: readTime(before, 'before') }),
    ...(after === undefined ? {} : { after: readTime(after, 'after') }),
  };
}

interface Page {
  readonly cursor: number | null;
  readonly limit: number;
  readonly order?: ListOrder;
}

export function readPage(query: {
  readonly cursor?: string;
  readonly limit?: string;
  readonly order?: ListOrder;
}): Page {
  const limit = query.limit === undefined ? defaultRows : readId(query.limit, 'limit');
  if (limit > mostRows) throw wrong('limit', `must be at most ${mostRows}.`);
  return {
    cursor: query.cursor === undefined ? null : readId(query.cursor, 'cursor'),
    limit,
    ...(query.order === undefined ? {} : { order: query.order }),
  };
}

/** A whole number above zero. */
export function readId(value: string, name: string): number {
  const id = /^\d{1,15}$/.test(value) ? Number(value) : 0;
  if (id < 1) throw wrong(name, 'must be a whole number above zero.');
  return id;
}

/** The last millisecond that a Date can hold. */
const latestTime = 8.64e15;

/** ISO 8601, or epoch milliseconds. */
export function readTime(value: string, name: string): number {
  const at = /^\d+$/.test(value) ? Number(value) : Date.parse(value);
  if (Number.isNaN(at) || at > latestTime) throw wrong(name, 'must be a time such as 2026-11-23T12:00:00Z.');
  return at;
}

function wrong(name: string, what: string): AppError {
  return new AppError('validation_error', `${name} ${what}`, { pointer: `/${name}` });
}
