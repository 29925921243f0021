/** Opening and closing the door for producers. */
import { IntakeSchema } from '../../../../core/contract/views.ts';
import { isoTime } from '../../../views/times.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';

export function intakeRoutes({ app, gate }: Door): void {
  const view = () => ({
    paused: gate.paused !== null,
    since: gate.paused ? isoTime(gate.paused.since) : null,
    by: gate.paused?.by ?? null,
  });
  const schema = (summary: string, ...statuses: number[]) => ({
    summary,
    tags: ['intake'],
    response: { 200: IntakeSchema, ...errors(...statuses) },
  });
  app.get('/api/intake', {
    config: { scopes: ['read'] },
    schema: schema('Is intake paused?'),
    handler: async () => view(),
  });
  app.post('/api/intake/pause', {
    config: { scopes: ['operate'] },
    schema: schema('Pause intake: producers get 503 maintenance_mode', ...bodyErrors),
    handler: async (request) => {
      await gate.pause(actorOf(request));
      return view();
    },
  });
  app.post('/api/intake/resume', {
    config: { scopes: ['operate'] },
    schema: schema('Resume intake', ...bodyErrors),
    handler: async () => {
      await gate.resume();
      return view();
    },
  });
}
