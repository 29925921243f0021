/** Destinations through the running service. */
import type { DestinationView } from '../../../views/destination-view.ts';
import { type Call, type Command, serviceOptions, textOption, UsageError } from '../command.ts';
import { withService } from '../service.ts';
import { alignColumns } from '../write-out.ts';

export const listDestinations: Command = {
  name: 'destinations list',
  summary: 'List destinations and their health',
  about: 'Lists who gets outcomes: address, breaker, share of successes, time to an answer.',
  options: serviceOptions,
  examples: ['openai-batch-manager destinations list'],
  run: (call) =>
    withService(call, async (service) => {
      const rows: string[][] = [];
      for (let cursor: string | null = '0'; cursor !== null; ) {
        const page: { data: DestinationView[]; next_cursor: string | null } = await service.json(
          '/api/destinations',
          { query: { limit: '1000', cursor: cursor === '0' ? undefined : cursor } },
        );
        rows.push(...page.data.map(rowOf));
        cursor = page.next_cursor;
      }
      call.io.out.write(
        alignColumns([['id', 'type', 'address', 'state', 'success', 'answer', 'last failure'], ...rows]),
      );
      return 0;
    }),
};

function rowOf({ id, type, address, paused_at, health }: DestinationView): string[] {
  const { breaker, success_share, latency_ms, last_failure, failing_since } = health;
  const state =
    paused_at !== null ? 'paused' : breaker === 'open' ? 'broken' : failing_since ? 'failing' : 'well';
  return [
    String(id),
    type,
    address,
    state,
    success_share === null ? '-' : `${(success_share * 100).toFixed(0)} %`,
    latency_ms === null ? '-' : `${latency_ms.toFixed(0)} ms`,
    last_failure ?? '-',
  ];
}

const orders = {
  pause: 'Send nothing more to a destination',
  resume: 'Send to a paused destination again',
  'open-breaker': 'Send nothing but probes to a destination',
  'close-breaker': 'Send everything that waits for a destination now',
} as const;

export const orderDestinations: readonly Command[] = Object.entries(orders).map(([order, summary]) => ({
  name: `destinations ${order}`,
  summary,
  args: 'ID',
  argCount: { least: 1, most: 1 },
  about: `${summary}. "destinations list" shows the ids.`,
  options: serviceOptions,
  examples: [`openai-batch-manager destinations ${order} 1`],
  run: (call) =>
    withService(call, async (service) => {
      const view = await service.json<DestinationView>(`/api/destinations/${idOf(call)}/${order}`, {
        method: 'POST',
      });
      call.io.out.write(`${view.address}: ${rowOf(view)[3]}\n`);
      return 0;
    }),
}));

export const rotateDestination: Command = {
  name: 'destinations rotate-secret',
  summary: 'Give a destination a new signing secret',
  args: 'ID',
  argCount: { least: 1, most: 1 },
  about:
    'Makes a signing secret and writes it to standard output, this once. The old one signs as well for a while.',
  options: {
    overlap: { type: 'string', value: 'SECONDS', about: 'How long; a day when left out.' },
    ...serviceOptions,
  },
  examples: ['openai-batch-manager destinations rotate-secret 1 --overlap 3600'],
  run: (call) => {
    const overlap = textOption(call, 'overlap');
    if (overlap !== undefined && !/^\d{1,7}$/.test(overlap))
      throw new UsageError('--overlap must be seconds.');
    const json = overlap === undefined ? {} : { overlap_s: Number(overlap) };
    return withService(call, async (service) => {
      const path = `/api/destinations/${idOf(call)}/rotate-secret`;
      const made = await service.json<{ secret: string; secret_overlap_until: string | null }>(path, {
        method: 'POST',
        json,
      });
      call.io.out.write(`${made.secret}\n`);
      call.io.err.write(`The old secret signs as well until ${made.secret_overlap_until ?? 'now'}.\n`);
      return 0;
    });
  },
};

export const testDestinations: Command = {
  name: 'destinations test',
  summary: 'Send a destination one test message',
  args: 'ID [PATH]',
  argCount: { least: 1, most: 2 },
  about: 'Sends a message that is signed like a delivery, and tells how that went.',
  options: serviceOptions,
  examples: ['openai-batch-manager destinations test 1 /answers'],
  run: (call) =>
    withService(call, async (service) => {
      const [, path] = call.args;
      const result = await service.json<{
        outcome: string;
        status_code: number | null;
        error_msg: string | null;
      }>(`/api/destinations/${idOf(call)}/test`, {
        method: 'POST',
        json: path === undefined ? {} : { path },
      });
      call.io.out.write(
        `${result.outcome}${result.status_code === null ? '' : ` (${result.status_code})`}\n`,
      );
      if (result.error_msg !== null) call.io.err.write(`${result.error_msg}\n`);
      return result.outcome === 'success' ? 0 : 1;
    }),
};

function idOf({ args }: Pick<Call, 'args'>): number {
  const id = Number(args[0]);
  if (!Number.isSafeInteger(id) || id < 1)
    throw new UsageError('ID must be a number; see "destinations list".');
  return id;
}
