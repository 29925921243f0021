/** Pausing and resuming single stages of the line. */
import Type from 'typebox';
import { StagesSchema } from '../../../../core/contract/stages.ts';
import { pauseStage, resumeStage } from '../../../operator/pause-stage.ts';
import { stagesView } from '../../../views/stage-views.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';

const tags = ['stages'];

export function stageRoutes({ app, ctx }: Door): void {
  app.get('/api/stages', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'The stages behind intake, and which of them are paused',
      tags,
      response: { 200: StagesSchema, ...errors() },
    },
    handler: async () => stagesView(ctx.live),
  });
  const orders = {
    pause: { give: pauseStage, summary: 'Pause a stage on every replica: it begins nothing more' },
    resume: { give: resumeStage, summary: 'Resume a stage' },
  };
  for (const [order, { give, summary }] of Object.entries(orders)) {
    app.post<{ Params: { name: string } }>(`/api/stages/:name/${order}`, {
      config: { scopes: ['operate'] },
      schema: {
        summary,
        description: 'What is under way ends. Orders that the stage would carry out wait for it as well.',
        tags,
        params: Type.Object({ name: Type.String() }),
        response: { 200: StagesSchema, ...errors(...bodyErrors, 404) },
      },
      handler: async (request) => {
        await give(within(ctx, request), request.params.name, actorOf(request));
        return stagesView(ctx.live);
      },
    });
  }
}
