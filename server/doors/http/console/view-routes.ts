/** Read models of the console's pages. */
import Type from 'typebox';
import {
  type ActionListView,
  type CostListView,
  type CostView,
  type ErrorCountView,
  type FoundView,
  type OverviewRange,
  overviewRanges,
  type RecordListView,
} from '../../../../core/contract/console.ts';
import { presentConditions } from '../../../operator/alerts/conditions.ts';
import { type RecordKind, recordKinds } from '../../../store/read/records.ts';
import { activity } from '../../../views/activity-view.ts';
import { moneyOf, overview } from '../../../views/overview.ts';
import { pausedStages } from '../../../views/stage-views.ts';
import { isoTime, isoTimeOrNull } from '../../../views/times.ts';
import type { Door } from '../door.ts';
import { PageQuery, readId, readPage } from '../query.ts';

const looks = { config: { scopes: ['read'] as const } };

export function viewRoutes(door: Door): void {
  overviewRoutes(door);
  auditRoutes(door);
  recordRoutes(door);
  costRoutes(door);
  batchExtras(door);
}

function overviewRoutes({ app, ctx, gate, engine }: Door): void {
  app.get<{ Querystring: { range?: OverviewRange } }>('/api/console/overview', {
    ...looks,
    schema: {
      hide: true,
      querystring: Type.Object({
        range: Type.Optional(Type.Enum(Object.keys(overviewRanges) as OverviewRange[])),
      }),
    },
    handler: async ({ query }) =>
      overview(ctx, query.range ?? '24h', [
        ...(await presentConditions(ctx, gate.diskLow)),
        ...pausedStages(ctx.live),
      ]),
  });
  app.get('/api/console/activity', {
    ...looks,
    schema: { hide: true },
    handler: () => activity(ctx, engine(), gate),
  });
  app.post('/api/console/sweeps/run', {
    config: { scopes: ['operate'] },
    schema: { hide: true },
    handler: async (_request, reply) => {
      ctx.wakeUps.wake('upkeep');
      return reply.code(202).send({});
    },
  });
}

function auditRoutes({ app, ctx }: Door): void {
  app.get<{ Querystring: { cursor?: string; limit?: string } }>('/api/console/actions', {
    ...looks,
    schema: { hide: true, querystring: Type.Object(PageQuery) },
    handler: async ({ query }): Promise<ActionListView> => {
      const page = readPage(query);
      const rows = await ctx.store.listActions(page);
      return {
        data: rows.map(({ key: _, started_at, ended_at, ...row }) => ({
          ...row,
          started_at: isoTime(started_at),
          ended_at: isoTimeOrNull(ended_at),
        })),
        next_cursor: rows.length === page.limit ? String(rows.at(-1)?.id) : null,
      };
    },
  });
}

function recordRoutes({ app, ctx }: Door): void {
  const kinds = Object.keys(recordKinds) as RecordKind[];
  app.get<{ Params: { kind: RecordKind }; Querystring: { cursor?: string; limit?: string } }>(
    '/api/console/records/:kind',
    {
      ...looks,
      schema: {
        hide: true,
        params: Type.Object({ kind: Type.Enum(kinds) }),
        querystring: Type.Object(PageQuery),
      },
      handler: async ({ params: { kind }, query }): Promise<RecordListView> => {
        const { cursor, limit } = readPage(query);
        const rows = await ctx.store.listRecords({ kind, beforeKey: cursor, limit });
        const data = rows as RecordListView['data'];
        const last = rows.length === limit ? data.at(-1)?.[recordKinds[kind].key] : undefined;
        return { kind, kinds, data, next_cursor: last === undefined ? null : String(last) };
      },
    },
  );
}

/** Rows of a cost table. */
const mostCosts = 200;
const dayMs = 86_400_000;

function costRoutes({ app, ctx }: Door): void {
  app.get<{ Querystring: { by?: CostListView['by']; days?: string } }>('/api/console/costs', {
    ...looks,
    schema: {
      hide: true,
      querystring: Type.Object({
        by: Type.Optional(Type.Enum(['day', 'model', 'tag'])),
        days: Type.Optional(Type.String({ maxLength: 4 })),
      }),
    },
    handler: async ({ query: { by = 'day', days = '30' } }): Promise<CostListView> => {
      const now = ctx.clock.now();
      const from = (Math.floor(now / dayMs) + 1 - Math.min(400, readId(days, 'days'))) * dayMs;
      const rows = await ctx.store.sumCosts({ by, from, to: now + 1, limit: mostCosts });
      const data = rows.map(({ day, ...row }) => ({
        ...row,
        ...(day === undefined ? {} : { day: isoTime(day) }),
        ...moneyOf(row),
      })) as CostView[];
      return { by, data, limit: mostCosts };
    },
  });
}

function batchExtras({ app, ctx }: Door): void {
  app.get<{ Params: { id: string } }>('/api/console/batches/:id/errors', {
    ...looks,
    schema: { hide: true },
    handler: async ({ params }): Promise<{ data: ErrorCountView[] }> => {
      const rows = await ctx.store.countErrors({ batchId: readId(params.id, 'id'), limit: 50 });
      return {
        data: rows.map((row) => ({
          code: row.error_code,
          message: row.error_message,
          requests: row.requests,
        })),
      };
    },
  });
  app.get<{ Querystring: { q: string } }>('/api/console/find', {
    ...looks,
    schema: { hide: true, querystring: Type.Object({ q: Type.String({ minLength: 1, maxLength: 512 }) }) },
    handler: async ({ query: { q } }): Promise<FoundView> => {
      const request = await ctx.store.getRequest({ customId: q });
      if (request) return { to: `/requests/${request.id}` };
      const batchId = await ctx.store.findBatchByRemoteId({ remoteId: q });
      if (batchId !== null) return { to: `/batches/${batchId}` };
      const id = /^\d{1,15}$/.test(q) ? Number(q) : 0;
      if (id > 0 && (await ctx.store.getBatch({ id }))) return { to: `/batches/${id}` };
      if (id > 0 && (await ctx.store.getRequestById({ id }))) return { to: `/requests/${id}` };
      return { to: null };
    },
  });
}
