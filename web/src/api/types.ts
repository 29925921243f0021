/** The API's own types, from its contract. */
import type { Static } from 'typebox';
import type * as views from '../../../core/contract/views.ts';

export type { BrokerView } from '../../../core/contract/broker.ts';
export type * from '../../../core/contract/console.ts';
export type Batch = Static<typeof views.BatchSchema>;
export type BatchDetail = Static<typeof views.BatchDetailSchema>;
export type BatchList = Static<typeof views.BatchListSchema>;
export type Transition = Static<typeof views.TransitionSchema>;
export type Request = Static<typeof views.RequestSchema>;
export type RequestDetail = Omit<Static<typeof views.RequestDetailSchema>, 'result'> & {
  readonly result_bytes: number;
};
export type RequestList = Static<typeof views.RequestListSchema>;
export type Attempt = Static<typeof views.AttemptSchema>;
export type ApiKey = Static<typeof views.ApiKeySchema>;
export type IntakeState = Static<typeof views.IntakeSchema>;
