/** Stages of the line as the API shows them. */
import Type from 'typebox';
import { pausableStages } from '../stages.ts';

export const StagesSchema = Type.Object({
  data: Type.Array(
    Type.Object({
      name: Type.Enum([...pausableStages]),
      does: Type.String(),
      paused: Type.Boolean(),
      paused_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
      paused_by: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
