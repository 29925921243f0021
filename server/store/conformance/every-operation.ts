/** Calls every operation of a store at least once, with inputs as the product gives them. */
import { type RecordKind, recordKinds } from '../read/records.ts';
import type { Store } from '../store.ts';
import { backupMark } from '../upkeep/start-after-restore.ts';
import { Line } from './line.ts';
import { limitsWith, makeArrivals, notDelivered } from './make-arrivals.ts';

export async function callEveryOperation(store: Store): Promise<void> {
  const line = new Line(store);
  await callTheLine(line);
  await callOperators(line);
  await callCapacity(line);
  await callReads(line);
  await callConsole(line);
  await callUpkeep(line);
}

async function callTheLine(line: Line): Promise<void> {
  const { store } = line;
  await line.accept(
    [...makeArrivals('a', 6), ...makeArrivals('q', 2, notDelivered)],
    limitsWith({ maxRequests: 9 }),
  );
  await line.accept(makeArrivals('a', 2));
  const bulk = { now: line.now, limits: limitsWith({}), maxAgeMs: 3_600_000 };
  await store.acceptBulk({ ...bulk, arrivals: makeArrivals('a', 2) });
  await store.cancelRequest({ customId: 'a5', now: line.now });
  await store.deleteRequest({ customId: 'a6', now: line.now });
  const { id } = await line.sendOpen();
  await line.move('openai_processing', 'complete');
  await line.move('openai_completed', 'download');
  const early = await line.claim('downloading');
  await store.keepLease({
    batchId: id,
    leaseToken: early?.leaseToken ?? '',
    until: line.now,
  });
  await line.settle('downloading', ({ custom_id }) =>
    custom_id === 'a1' ? 'again' : custom_id === 'a2' ? 'failed' : 'succeeded',
  );
  await line.deliver();
  await line.handOver('again');
  line.now += 10_000;
  const [claimed] = await line.claimDeliveries(1);
  await store.putBackDeliveries({
    deliveries: claimed ? [claimed] : [],
    leaseToken: 'sender',
    now: line.now,
  });
  await store.wakeAll({ now: line.now });
  await line.handOver('give_up');
}

async function callOperators(line: Line): Promise<void> {
  const { store } = line;
  const { now } = line;
  const [, done] = (await store.listBatches({ cursor: null, limit: 9 })).map((batch) => batch.id);
  await store.redeliverRequest({ customId: 'a3', actor: 'ann', now });
  const filter = { which: 'failed', batchId: done ?? 0 } as const;
  await store.createRedelivery({ filter, matching: 1, actor: 'ann', now });
  await store.redeliverNext({ limit: 2, now });
  const target = {
    delivery: '{}',
    destination: { type: 'webhook', address: 'https://receiver.example' },
  } as const;
  for (const customId of ['a3', 'q1'])
    await store.retargetRequest({ customId, ...target, actor: 'ann', now });
  await line.handOver();
  await line.upload();
  const successor = await line.submit();
  const batchId = successor?.id ?? 0;
  const sent = await line.claim('openai_processing');
  const slice = { batchId, leaseToken: sent?.leaseToken ?? '', now, limit: 100 };
  await store.returnRequests(slice);
  await store.sendRequests(slice);
  const [refused] = await store.sentIds({ batchId, afterId: 0, limit: 10 });
  const refusals = [{ requestId: refused ?? 0, code: 'invalid_url', message: 'x' }];
  await store.noteRefusals({ ...slice, run: 1, refusals });
  await store.requestResubmit({ batchId, now });
  await store.holdBatch({ ...slice, condition: 'vanished', facts: { due_at: now } });
  await store.requestResubmit({ batchId, now });
  await store.listConditions({ conditions: ['vanished'], limit: 10 });
  await store.stateTimes({ state: 'openai_processing', limit: 10 });
  await store.recordFacts({ batchId, facts: {} });
  await store.releaseBatches({ releases: [{ batchId, leaseToken: 'nobody', facts: {} }] });
  const said = { leaseToken: 'lost', credentials: 'mine', now };
  const late = { id: batchId, submit_attempt: 1, size_bytes: 1, openai_input_file_id: 'file-1' };
  await store.recordUploaded({
    ...said,
    batch: late,
    file: { id: 'file-2', createdAt: now, expiresAt: null },
  });
  await store.recordCreated({ ...said, batch: late, remote: { id: 'batch-2', status: 'x', createdAt: now } });
  await store.recordFacts({ batchId, facts: { openai_status: 'failed' } });
  await line.move('openai_processing', 'fail');
  await line.settle('failed', () => 'missing');
  await store.requestRestart({ batchId, actor: 'ann', now });
  const restarting = await line.claim('failed');
  const restart = { batchId, leaseToken: restarting?.leaseToken ?? '', now };
  await store.restartSlice({ ...restart, afterId: 0, limit: 100 });
  await store.finishRestart(restart);
  await store.cancelBatch({ batchId, actor: 'ann', now });
  await line.settle('cancelled');
  await line.handOver();
  await store.breakLeases();
  const who = { name: 'one', role: 'all', version: '1', startedAt: 1 } as const;
  await store.beatReplica({ ...who, now: 1, deadAfterMs: 5 });
  await store.beatReplica({ ...who, name: 'two', now: 10, deadAfterMs: 5 });
  await store.takeOverSilent({ name: 'two', now: 10, deadAfterMs: 5 });
  await store.leaveReplica({ name: 'two', now });
}

async function callCapacity(line: Line): Promise<void> {
  const { store, now } = line;
  const credentials = 'mine';
  const pace = { rules: { overrides: {}, tier: null }, spread: 0.5, faster: 1, now };
  await line.accept(makeArrivals('w', 4, { model: 'o3' }));
  const [open] = await store.listBatches({ states: ['building'], cursor: null, limit: 1 });
  await line.close(open?.id ?? 0);
  const facts = { openai_input_file_id: 'file-w', provider_credentials: credentials };
  await line.move('uploading', 'upload', { facts });
  const held = await line.claim('uploaded');
  const fence = { batchId: held?.batch.id ?? 0, leaseToken: held?.leaseToken ?? '' };
  await store.admitBatch({ ...fence, creationsPerHour: 9, ...pace });
  const notNow = { facts: { submit_intent_at: null }, actor: 'submit' };
  await store.turnAway({ ...fence, ...notNow, cause: 'capacity', message: 'no', ...pace });
  line.now = now + 3_600_000;
  const again = await line.claim('waiting_for_capacity');
  const cut = { ...fence, leaseToken: again?.leaseToken ?? '', reason: 'too large', now };
  await store.beginCut(cut);
  await store.cutSlice({ ...cut, piece: { tokens: 20, requests: 9 }, limit: 10 });
  await store.finishCut(cut);
  await store.holdFunding({ credentials, message: 'no money', byRows: false, ...pace });
  await store.liftFunding({ credentials, now });
  await store.wakeFamily({ credentials, family: 'o3', now });
  await store.readCapacity({ credentials });
}

async function callReads(line: Line): Promise<void> {
  const { store, now } = line;
  const row = await store.getRequest({ customId: 'a3' });
  const batchId = row?.batch_id ?? 0;
  const requestId = row?.id ?? 0;
  await store.getBatch({ id: batchId });
  await store.listBatches({
    states: ['done', 'failed'],
    model: 'm',
    endpoint: '/v1/x',
    cursor: 9,
    limit: 5,
  });
  await store.listTransitions({ batchId, limit: 10 });
  await store.countBatches();
  await store.countRequests();
  await store.countRunning();
  await store.listReplicas();
  await store.getResult({ requestId });
  await store.getResults({ requestIds: [requestId] });
  await store.resultLines({ requestIds: [requestId] });
  await store.listAttempts({ requestId, limit: 10 });
  await store.listRuns({ requestId });
  await store.inputPage({ batchId, endpoint: '/v1/responses', afterId: 0, maxBytes: 1_000, limit: 10 });
  await store.sentPage({ batchId, endpoint: '/v1/responses', afterId: 0, maxBytes: 1_000, limit: 10 });
  const filters = {
    state: 'delivered',
    outcome: 'succeeded',
    model: 'gpt-4o-mini',
    endpoint: '/v1/responses',
    batchId,
    tag: 'red',
    after: now - 100_000,
    before: now + 1,
  } as const;
  const names = Object.keys(filters) as (keyof typeof filters)[];
  for (let chosen = 0; chosen < 2 ** names.length; chosen++) {
    const filter = Object.fromEntries(
      names.filter((_, bit) => chosen & (1 << bit)).map((n) => [n, filters[n]]),
    );
    await store.listRequests({ ...filter, cursor: 1_000, limit: 10 });
  }
  await store.listRequests({ outcome: 'failed', cursor: null, limit: 10 });
}

async function callConsole({ store, now }: Line): Promise<void> {
  const row = await store.getRequest({ customId: 'a3' });
  await store.getRequestById({ id: row?.id ?? 0 });
  await store.getBody({ requestId: row?.id ?? 0 });
  await store.findBatchByRemoteId({ remoteId: 'batch_1' });
  await store.findBatchByRemoteId({ remoteId: 'file-1' });
  await store.countErrors({ batchId: row?.batch_id ?? 0, limit: 10 });
  await store.countDue({ now });
  await store.listLeases({ now, limit: 10 });
  await store.listTroubled({ limit: 10 });
  await store.sumHours({ from: 0, to: now + 1 });
  for (const by of ['day', 'model', 'tag'] as const)
    await store.sumCosts({ by, from: 0, to: now + 1, limit: 10 });
  await store.sumFlow({ since: 0 });
  await store.listTurnarounds({ from: 0, limit: 10 });
  await store.readLiveMark({ now });
  await store.listMoves({ afterId: 0, limit: 10 });
  for (const kind of Object.keys(recordKinds) as RecordKind[])
    await store.listRecords({ kind, beforeKey: null, limit: 10 });
  const order = { key: 'k', action: 'batch.cancel', subject: '1', actor: 'ann', now, longestMs: 1_000 };
  const begun = await store.beginAction(order);
  await store.beginAction(order);
  await store.endAction({ id: begun.kind === 'begun' ? begun.id : 0, status: 202, message: null, now });
  await store.listActions({ cursor: null, limit: 10 });
  await store.removeActions({ before: now + 1, limit: 10 });
  await store.removeFigures({ before: now - 1 });
  await store.endSession({ sessionId: 's', until: now });
  await store.hasSessionEnded({ sessionId: 's' });
  await store.forgetEndedSessions({ before: now + 1, limit: 10 });
  await callPrices(store, now);
}

async function callPrices(store: Store, now: number): Promise<void> {
  const rates = { input_nano_usd: 2_000, cached_nano_usd: 1_000, output_nano_usd: 3_000, batch_ppm: 500_000 };
  await store.setPrice({ price: { model: 'gpt-4o-mini', from_at: 0, ...rates }, actor: 'ann', now });
  const [price] = await store.listPrices();
  await store.listModels({ limit: 10 });
  const [model = ''] = await store.listRepricings();
  while (await store.repriceSlice({ model, listed: null, limit: 3 }));
  await store.removePrice({ id: price?.id ?? 0, now });
}

async function callUpkeep(line: Line): Promise<void> {
  const { store, now } = line;
  await store.claimInstallation({ proposedId: 'one', now });
  await store.claimSetting({ name: 'y', value: '1', actor: 'ann', now });
  await store.wakeForgotten({ now });
  await callDestinations(line);
  await store.writeSetting({ name: 'x', value: '1', actor: 'ann', now });
  const edit = { name: 'z', subject: 'setting z', about: '1 → 2' };
  await store.editSettings({ edits: [{ ...edit, value: '2' }], actor: 'ann', now });
  await store.editSettings({ edits: [{ ...edit, value: null }], actor: 'ann', now });
  await store.readSettings();
  await store.removeSetting({ name: 'x' });
  await store.writeSetting({ name: backupMark, value: '1', actor: 'backup', now });
  await store.startAfterRestore({ now });
  const key = await store.createApiKey({ name: 'k', keyHash: 'h', scopes: 'read', actor: 'ann', now });
  await store.findApiKey({ keyHash: 'h' });
  await store.listApiKeys();
  await store.revokeApiKey({ id: key.id, now });
  const plan = {
    kind: 'file',
    batchId: 1,
    remoteIds: ['file-1'],
    credentials: 'mine',
    dueAt: now,
    now,
  } as const;
  await store.planCleanup(plan);
  const [duty] = await store.claimCleanups({ credentials: 'mine', now, leaseMs: 1, limit: 10 });
  await store.postponeCleanup({ id: duty?.id ?? 0, dueAt: now, error: 'x' });
  await store.finishCleanup({ id: duty?.id ?? 0 });
  const orphan = { kind: 'file', remoteId: 'file-o', about: 'a file', createdAt: 1 } as const;
  await store.noteOrphans({ orphans: [orphan], credentials: 'mine', removeAt: null, now });
  await store.countOrphans();
  const [noted] = await store.listOrphans({ limit: 10 });
  await store.orderOrphanRemoval({ id: noted?.id ?? 0, now });
  await store.claimOrphans({ credentials: 'mine', now, leaseMs: 1, limit: 10 });
  await store.endOrphanRemoval({ id: noted?.id ?? 0, error: 'no', removeAt: now });
  await store.endOrphanRemoval({ id: noted?.id ?? 0, error: null, removeAt: now });
  await store.knownRemotes({ batchIds: [1], remoteIds: ['file-1'] });
  await store.takeOpenAIEvent({ webhookId: 'wh_1', openaiBatchId: 'batch-1', now });
  await store.forgetOpenAIEvents({ before: now, limit: 10 });
  await store.removeBodies({ before: now + 1, limit: 500, now });
  await store.removeAttempts({ before: now + 1, limit: 500 });
  await store.releasePages({ pages: 500 });
  const [batch, next] = await store.listBatches({ cursor: null, limit: 9 });
  await store.deleteBatch({ batchId: (batch ?? next)?.id ?? 0, evenUndelivered: true, now });
  await store.retireBatch({ before: now + 1, beforeUndelivered: 0, now });
  while (await store.removeSlice({ limit: 500 }));
}

async function callDestinations(line: Line): Promise<void> {
  const { store, now } = line;
  const made = { type: 'webhook', address: 'https://made.example/team', actor: 'ann', now } as const;
  const { id, version } = await store.createDestination(made);
  await store.getDestination({ id });
  const facts = { breaker: 'open', breaker_opened_at: now, holds_since: now, recovering_since: now } as const;
  await store.editDestination({ id, ifVersion: version, facts, actor: 'ann', now });
  await store.listDestinations({ afterId: 0, limit: 10 });
  await store.listBroken({ limit: 10 });
  await store.listPrefixed();
  await store.countOfDestination({ id, most: 10 });
  await store.listDestinationAttempts({ id, cursor: null, limit: 10 });
  await store.callForward({ limit: 10, now });
  await store.giveUpHeld({ mostHeldMs: 0, limit: 10, now });
  for (const filter of [
    { which: 'failed', destinationId: 1 },
    { which: 'all', batchId: 1, since: 1 },
  ] as const) {
    await store.countRedelivery({ filter, most: 10, mostPages: 2 });
    await store.createRedelivery({ filter, matching: 1, actor: 'ann', now });
  }
  const [newest] = await store.listRedeliveries({ cursor: null, limit: 10 });
  await store.getRedelivery({ id: newest?.id ?? 0 });
  await store.redeliverNext({ limit: 10, now });
  await store.postponeRedelivery({ error: 'x', now, dueAt: now });
  await store.abortRedelivery({ id: newest?.id ?? 0, actor: 'ann', now });
}
