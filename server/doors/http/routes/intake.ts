/** Opening and closing the door for producers. */
import { IntakeSchema } from '../../../../core/contract/views.ts';
import { isoTime } from '../../../views/times.ts';
import { actorOf, type Door, errors } from '../door.ts';

export function intakeRoutes({ app, gate }: Door): void {
  const view = () => ({
    paused: gate.paused !== null,
    since: gate.paused ? isoTime(gate.paused.since) : null,
    by: gate.paused?.by ?? null,
  });
  const schema = (summary: string) => ({
    summary,
    tags: ['intake'],
    response: { 200: IntakeSchema, ...errors() },
  });
  app.get('/api/intake', {
    config: { scope: 'read' },
    schema: schema('Is intake paused?'),
    handler: async () => view(),
  });
  app.post('/api/intake/pause', {
    config: { scope: 'operate' },
    schema: schema('Pause intake: producers get 503 maintenance_mode'),
    handler: async (request) => {
      await gate.pause(actorOf(request));
      return view();
    },
  });
  app.post('/api/intake/resume', {
    config: { scope: 'operate' },
    schema: schema('Resume intake'),
    handler: async () => {
      await gate.resume();
      return view();
    },
  });
}
