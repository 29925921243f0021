/**
 * Every operation on the store by name. An operation runs whole where the database is: in the writer thread of
 * SQLite, or on a PostgreSQL connection; so it is named, not passed.
 */
import { asOrder, found, isOneOf } from './actions/as-order.ts';
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
import { recordCreated } from './batches/record-created.ts';
import { recordFacts } from './batches/record-facts.ts';
import { recordUploaded } from './batches/record-uploaded.ts';
import { releaseBatches } from './batches/release-batches.ts';
import { finishRestart, requestRestart, restartSlice } from './batches/restart-batch.ts';
import { returnRequests, sendRequests } from './batches/send-requests.ts';
import { settleLeftovers } from './batches/settle-leftovers.ts';
import { admitBatch } from './capacity/admit-batch.ts';
import { beginCut, cutSlice, finishCut } from './capacity/cut-batch.ts';
import { holdFunding, liftFunding } from './capacity/funding.ts';
import { wakeFamily } from './capacity/knowledge.ts';
import { readCapacity } from './capacity/read-capacity.ts';
import { turnAway } from './capacity/turn-away.ts';
import { claimDeliveries, putBackDeliveries } from './deliveries/claim-deliveries.ts';
import { settleBatch } from './deliveries/end-batch.ts';
import { recordDeliveries } from './deliveries/record-deliveries.ts';
import { redeliverRequest } from './deliveries/redeliver-requests.ts';
import {
  abortRedelivery,
  countRedelivery,
  createRedelivery,
  getRedelivery,
  listRedeliveries,
  postponeRedelivery,
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
import { wakeAll, wakeForgotten } from './destinations/wake-destinations.ts';
import { removeFigures } from './figures/remove-figures.ts';
import { acceptRequests } from './intake/accept-requests.ts';
import { listModels, listPrices, removePrice, setPrice } from './prices/prices.ts';
import { listRepricings, repriceSlice } from './prices/reprice-slice.ts';
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
import { listMoves, readLiveMark } from './read/live.ts';
import { listRecords } from './read/records.ts';
import { getRequest, getResult, getResults, listAttempts, listRuns, resultLines } from './read/requests.ts';
import { stateTimes } from './read/state-times.ts';
import { beatReplica, leaveReplica, listReplicas, takeOverSilent } from './replicas/beat-replica.ts';
import { retargetRequest } from './requests/retarget-request.ts';
import { cancelRequest, deleteRequest } from './requests/stop-request.ts';
import { createApiKey, findApiKey, listApiKeys, revokeApiKey } from './settings/api-keys.ts';
import { editSettings } from './settings/edit-settings.ts';
import { endSession, forgetEndedSessions, hasSessionEnded } from './settings/ended-sessions.ts';
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
  countOrphans,
  endOrphanRemoval,
  knownRemotes,
  listOrphans,
  noteOrphans,
  orderOrphanRemoval,
} from './upkeep/orphans.ts';
import { claimCleanups, finishCleanup, planCleanup, postponeCleanup } from './upkeep/remote-cleanups.ts';
import { releasePages, removeAttempts, removeBodies, retireBatch } from './upkeep/retention.ts';
import { startAfterRestore } from './upkeep/start-after-restore.ts';

/** What people order, where it is one transaction (see actions/as-order.ts); `editSettings` writes its own entries. */
export const orders = {
  abortRedelivery: asOrder(abortRedelivery, found),
  cancelBatch: asOrder(cancelBatch, isOneOf('cancelled', 'requested')),
  claimSetting: asOrder(claimSetting),
  closeBatch: asOrder(closeBatch, isOneOf('closed')),
  createApiKey: asOrder(createApiKey),
  createDestination: asOrder(createDestination),
  createRedelivery: asOrder(createRedelivery),
  deleteBatch: asOrder(deleteBatch, isOneOf('deleting')),
  editDestination: asOrder(editDestination, found),
  redeliverRequest: asOrder(redeliverRequest, isOneOf('redelivering')),
  removePrice: asOrder(removePrice, found),
  removeSetting: asOrder(removeSetting),
  requestResubmit: asOrder(requestResubmit, isOneOf('requested')),
  requestRestart: asOrder(requestRestart, isOneOf('requested', 'restarting')),
  retargetRequest: asOrder(retargetRequest, isOneOf('retargeted')),
  revokeApiKey: asOrder(revokeApiKey, (revoked) => revoked),
  setPrice: asOrder(setPrice),
} as const;

/** Operations that change something. */
export const writes = {
  ...orders,
  /** The same operation for bulk intake, which gives way to single requests. */
  acceptBulk: acceptRequests,
  acceptRequests,
  admitBatch,
  advanceBatch,
  applyResults,
  beginAction,
  beginCut,
  beatReplica,
  breakLeases,
  cancelRequest,
  claimBatches,
  claimCleanups,
  claimDeliveries,
  claimInstallation,
  claimOrphans,
  cutSlice,
  deleteRequest,
  editSettings,
  endAction,
  endOrphanRemoval,
  endSession,
  finishCleanup,
  finishCut,
  finishDownload,
  finishRestart,
  forgetEndedSessions,
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
  putBackDeliveries,
  recordCreated,
  recordDeliveries,
  recordFacts,
  recordUploaded,
  releaseBatches,
  releasePages,
  removeAttempts,
  removeActions,
  removeBodies,
  removeFigures,
  removeSlice,
  repriceSlice,
  restartSlice,
  retireBatch,
  returnRequests,
  sendRequests,
  settleBatch,
  settleLeftovers,
  startAfterRestore,
  startDeliveries,
  takeOpenAIEvent,
  takeOverSilent,
  wakeAll,
  wakeForgotten,
  turnAway,
  wakeFamily,
  writeSetting,
  callForward,
  giveUpHeld,
  postponeRedelivery,
  redeliverNext,
} as const;

/** Operations that only look; they run beside the writer. */
export const reads = {
  countBatches,
  countDue,
  countErrors,
  countOrphans,
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
  hasSessionEnded,
  inputPage,
  listActions,
  listApiKeys,
  listAttempts,
  listBatches,
  knownRemotes,
  listConditions,
  listLeases,
  listModels,
  listMoves,
  listPrices,
  listRecords,
  listReplicas,
  listRepricings,
  listOrphans,
  listRequests,
  listRuns,
  listTransitions,
  listTroubled,
  listTurnarounds,
  readCapacity,
  readLiveMark,
  readSettings,
  resultLines,
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
  'releasePages',
  'removeAttempts',
  'removeBodies',
  'removeSlice',
  'repriceSlice',
  'restartSlice',
  'returnRequests',
  'sendRequests',
  'settleLeftovers',
  'startDeliveries',
]);

/** Writes whose every statement finds its rows by unique keys: whatever the keys are, one plan is right. */
export const keyedWrites: ReadonlySet<string> = new Set<WriteName>(['acceptBulk', 'acceptRequests']);

/**
 * Writes that send all their statements before they wait for any, and are committed whatever these answer: one round
 * trip, where there are any.
 */
export const writesAtOnce: ReadonlySet<string> = new Set<WriteName>(['claimBatches', 'recordFacts']);
