/** The API's own types, from its contract. */
import type { Static } from 'typebox';
import type * as capacity from '../../../core/contract/capacity.ts';
import type * as destinations from '../../../core/contract/destinations.ts';
import type * as prices from '../../../core/contract/prices.ts';
import type * as settings from '../../../core/contract/settings.ts';
import type * as views from '../../../core/contract/views.ts';

export type { BrokerView } from '../../../core/contract/broker.ts';
export type * from '../../../core/contract/console.ts';
export type CapacityView = Static<typeof capacity.CapacitySchema>;
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
export type Orphan = Static<typeof views.OrphanSchema>;
export type SettingList = Static<typeof settings.SettingsSchema>;
export type Setting = SettingList['data'][number];
export type PriceList = Static<typeof prices.PricesSchema>;
export type ApiKey = Static<typeof views.ApiKeySchema>;
export type IntakeState = Static<typeof views.IntakeSchema>;
export type Destination = Static<typeof destinations.DestinationSchema>;
export type DestinationDetail = Static<typeof destinations.DestinationDetailSchema>;
export type DestinationList = Static<typeof destinations.DestinationListSchema>;
export type DestinationAttempt = Static<typeof destinations.DestinationAttemptSchema>;
export type DestinationAttemptList = Static<typeof destinations.DestinationAttemptListSchema>;
export type TestResult = Static<typeof destinations.TestResultSchema>;
export type Redelivery = Static<typeof destinations.RedeliverySchema>;
export type RedeliveryList = Static<typeof destinations.RedeliveryListSchema>;
