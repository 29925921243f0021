/**
 * Every operation on the store by name. An operation runs whole where the database is: in the writer thread of
 * SQLite, or on a PostgreSQL connection; so it is named, not passed.
 */
import { beginAction, endAction, listActions, removeActions } from './actions/run-action.ts';
import { advanceBatch } from './batches/advance-batch.ts';
import { applyResults } from './batches/apply-results.ts';
import { cancelBatch } from './batches/cancel-batch.ts';
import { claimBatches } from './batches/claim-batches.ts';
import { closeBatch } from './batches/close-batch.ts';
import { deleteBatch, removeSlice } from './batches/delete-batch.ts';
import { finishDownload } from './batches/finish-download.ts';
import { holdBatch, listConditions, requestResubmit } from './batches/hold-batch.ts';
import { breakLeases, keepLease } from './batches/keep-lease.ts';
import { noteRefusals } from './batches/note-refusals.ts';
import { recordFacts } from './batches/record-facts.ts';
import { restartBatch, restartSlice } from './batches/restart-batch.ts';
import { returnRequests, sendRequests } from './batches/send-requests.ts';
import { settleLeftovers } from './batches/settle-leftovers.ts';
import { admitBatch } from './capacity/admit-batch.ts';
import { cutSlice, finishCut } from './capacity/cut-batch.ts';
import { holdFunding, liftFunding } from './capacity/funding.ts';
import { wakeFamily } from './capacity/knowledge.ts';
import { readCapacity } from './capacity/read-capacity.ts';
import { turnAway } from './capacity/turn-away.ts';
import { breakDeliveryLeases, claimDeliveries } from './deliveries/claim-deliveries.ts';
import { settleBatch } from './deliveries/end-batch.ts';
import { recordDeliveries } from './deliveries/record-deliveries.ts';
import { redeliverRequest, redeliverSlice } from './deliveries/redeliver-requests.ts';
import {
  abortRedelivery,
  countRedelivery,
  createRedelivery,
  getRedelivery,
  listRedeliveries,
  redeliverNext,
} from './deliveries/redeliveries.ts';
import { startDeliveries } from './deliveries/start-deliveries.ts';
import {
  countOfDestination,
  createDestination,
  editDestination,
  getDestination,
  listBroken,
  listDestinationAttempts,
  listDestinations,
  listPrefixed,
} from './destinations/destinations.ts';
import { callForward, giveUpHeld } from './destinations/held-back.ts';
import { wakeForgotten } from './destinations/wake-destinations.ts';
import { removeFigures } from './figures/remove-figures.ts';
import { acceptRequests } from './intake/accept-requests.ts';
import { countDue, listLeases, listTroubled } from './read/activity.ts';
import {
  countBatches,
  countRequests,
  countRunning,
  getBatch,
  listBatches,
  listTransitions,
} from './read/batches.ts';
import { listTurnarounds, sumCosts, sumFlow, sumHours } from './read/figures.ts';
import { inputPage, sentIds, sentPage } from './read/file-lines.ts';
import { countErrors, findBatchByRemoteId, getBody, getRequestById } from './read/find.ts';
import { listRequests } from './read/list-requests.ts';
import { listMovedBatches, readLiveMark } from './read/live.ts';
import { listRecords } from './read/records.ts';
import { getRequest, getResult, getResults, listAttempts, listRuns } from './read/requests.ts';
import { stateTimes } from './read/state-times.ts';
import { beatReplica, leaveReplica, listReplicas } from './replicas/beat-replica.ts';
import { cancelRequest, deleteRequest } from './requests/stop-request.ts';
import { createApiKey, findApiKey, listApiKeys, revokeApiKey } from './settings/api-keys.ts';
import {
  claimInstallation,
  claimSetting,
  readSettings,
  removeSetting,
  writeSetting,
} from './settings/settings.ts';
import { forgetOpenAIEvents, takeOpenAIEvent } from './upkeep/openai-events.ts';
import {
  claimOrphans,
  endOrphanRemoval,
  knownRemotes,
  listOrphans,
  noteOrphans,
  orderOrphanRemoval,
} from './upkeep/orphans.ts';
import { claimCleanups, finishCleanup, planCleanup, postponeCleanup } from './upkeep/remote-cleanups.ts';
import { releasePages, removeAttempts, removeBodies, retireBatch } from './upkeep/retention.ts';
import { startAfterRestore } from './upkeep/start-after-restore.ts';

/** Operations that change something. */
export const writes = {
  /** The same operation for bulk intake, which gives way to single requests. */
  acceptBulk: acceptRequests,
  acceptRequests,
  admitBatch,
  advanceBatch,
  applyResults,
  beginAction,
  beatReplica,
  breakDeliveryLeases,
  breakLeases,
  cancelBatch,
  cancelRequest,
  claimBatches,
  claimCleanups,
  claimDeliveries,
  claimInstallation,
  claimOrphans,
  claimSetting,
  closeBatch,
  createApiKey,
  cutSlice,
  deleteBatch,
  deleteRequest,
  endAction,
  endOrphanRemoval,
  finishCleanup,
  finishCut,
  finishDownload,
  forgetOpenAIEvents,
  holdBatch,
  holdFunding,
  keepLease,
  noteOrphans,
  liftFunding,
  noteRefusals,
  orderOrphanRemoval,
  leaveReplica,
  planCleanup,
  postponeCleanup,
  recordDeliveries,
  recordFacts,
  redeliverRequest,
  redeliverSlice,
  releasePages,
  removeAttempts,
  removeActions,
  removeBodies,
  removeFigures,
  removeSetting,
  removeSlice,
  requestResubmit,
  restartBatch,
  restartSlice,
  retireBatch,
  returnRequests,
  revokeApiKey,
  sendRequests,
  settleBatch,
  settleLeftovers,
  startAfterRestore,
  startDeliveries,
  takeOpenAIEvent,
  wakeForgotten,
  turnAway,
  wakeFamily,
  writeSetting,
  abortRedelivery,
  callForward,
  createDestination,
  createRedelivery,
  editDestination,
  giveUpHeld,
  redeliverNext,
} as const;

/** Operations that only look; they run beside the writer. */
export const reads = {
  countBatches,
  countDue,
  countErrors,
  countRequests,
  countRunning,
  findApiKey,
  findBatchByRemoteId,
  getBatch,
  getBody,
  getRequest,
  getRequestById,
  getResult,
  getResults,
  inputPage,
  listActions,
  listApiKeys,
  listAttempts,
  listBatches,
  knownRemotes,
  listConditions,
  listLeases,
  listMovedBatches,
  listRecords,
  listReplicas,
  listOrphans,
  listRequests,
  listRuns,
  listTransitions,
  listTroubled,
  listTurnarounds,
  readCapacity,
  readLiveMark,
  readSettings,
  sentIds,
  sentPage,
  stateTimes,
  sumCosts,
  sumFlow,
  sumHours,
  countOfDestination,
  countRedelivery,
  getDestination,
  getRedelivery,
  listBroken,
  listDestinationAttempts,
  listDestinations,
  listPrefixed,
  listRedeliveries,
} as const;

export type WriteName = keyof typeof writes;
export type ReadName = keyof typeof reads;

/** Writes that work through a batch in slices: they give way to everything else (see the writer). */
export const bulkWrites: ReadonlySet<WriteName> = new Set<WriteName>([
  'acceptBulk',
  'applyResults',
  'cutSlice',
  'callForward',
  'giveUpHeld',
  'redeliverNext',
  'noteRefusals',
  'redeliverSlice',
  'releasePages',
  'removeAttempts',
  'removeBodies',
  'removeSlice',
  'restartSlice',
  'returnRequests',
  'sendRequests',
  'settleLeftovers',
  'startDeliveries',
]);
