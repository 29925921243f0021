/**
 * Live messages. Each says which figures are old; the queries on the page fetch them anew. Nothing is fetched while the
 * tab is hidden, rows are selected or a dialog is open: the newest message waits until the page may move again.
 */
import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { LiveMessage } from './types.ts';

interface Standing {
  readonly connected: boolean;
  /** Since when it is not, as the browser counts. */
  readonly lostAt: number | null;
  readonly running: readonly string[];
}

let standing: Standing = { connected: false, lostAt: null, running: [] };
const watchers = new Set<() => void>();
let holds = 0;
let waiting: LiveMessage | null = null;

function stand(change: Partial<Standing>): void {
  standing = { ...standing, ...change };
  for (const watcher of watchers) watcher();
}

export function useLive(): Standing {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => standing,
  );
}

/** Polling takes over where no message comes. */
export function useLookEvery(): number {
  return useLive().connected ? 30_000 : 5_000;
}

/** Keeps the page still while `held`. */
export function useHold(held: boolean): void {
  useEffect(() => {
    if (!held) return;
    holds += 1;
    return () => {
      holds -= 1;
      // Once all that leaves the page together is gone: nothing is asked for what stands there no more.
      queueMicrotask(() => {
        if (holds === 0) window.dispatchEvent(new Event('live-release'));
      });
    };
  }, [held]);
}

/** Overview and activity are sums over everything; once in this long is live enough for them. */
const sumsMs = 3_000;
let sumsAt = Number.NEGATIVE_INFINITY;
let sumsPlanned = false;

function renewSums(client: QueryClient): void {
  const rest = sumsAt + sumsMs - performance.now();
  if (rest > 0) {
    if (sumsPlanned) return;
    sumsPlanned = true;
    setTimeout(() => {
      sumsPlanned = false;
      renewSums(client);
    }, rest);
    return;
  }
  sumsAt = performance.now();
  for (const key of ['overview', 'activity']) void client.invalidateQueries({ queryKey: [key] });
}

function refresh(client: QueryClient, message: LiveMessage): void {
  const renew = (...queryKey: unknown[]) => void client.invalidateQueries({ queryKey });
  const { batches, accepted, outcomes, hand_overs, actions } = message;
  const moved = batches === null || batches.length > 0;
  if (moved || accepted || outcomes || hand_overs) renew('batches');
  if (outcomes || hand_overs || batches === null) renew('batch');
  else for (const id of batches) renew('batch', id);
  if (moved || accepted || outcomes || hand_overs) renew('requests');
  if (outcomes || hand_overs || moved) renew('request');
  if (hand_overs) renew('destinations');
  // An order may have done anything, also what no transition tells, such as a deletion.
  if (actions) for (const key of ['actions', 'batch', 'batches', 'requests', 'request']) renew(key);
  renewSums(client);
}

/** Both messages in one. */
function join(older: LiveMessage | null, newer: LiveMessage): LiveMessage {
  if (!older) return newer;
  const named = older.batches && newer.batches ? [...older.batches, ...newer.batches] : null;
  return {
    batches: named && named.length > 200 ? null : named,
    accepted: older.accepted || newer.accepted,
    outcomes: older.outcomes || newer.outcomes,
    hand_overs: older.hand_overs || newer.hand_overs,
    actions: older.actions || newer.actions,
    running: newer.running,
  };
}

/** A stream that was refused does not come back by itself, as one does that broke off. */
const againMs = 3_000;

/** Opens the stream. @returns closes it */
export function startLive(client: QueryClient): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    if (!waiting || holds > 0 || document.hidden) return;
    const message = waiting;
    waiting = null;
    refresh(client, message);
  };
  const open = () => {
    source = new EventSource('/api/console/events');
    source.onopen = () => {
      if (standing.lostAt !== null) void client.invalidateQueries();
      stand({ connected: true, lostAt: null });
    };
    source.onerror = () => {
      stand({ connected: false, lostAt: standing.lostAt ?? Date.now() });
      if (source.readyState !== EventSource.CLOSED) return;
      again = setTimeout(open, againMs);
      // Where nobody is signed in any more, this leads to the sign-in page.
      void client.invalidateQueries({ queryKey: ['session'] });
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as LiveMessage;
      stand({ running: message.running });
      waiting = join(waiting, message);
      flush();
    };
  };
  open();
  document.addEventListener('visibilitychange', flush);
  window.addEventListener('live-release', flush);
  return () => {
    clearTimeout(again);
    source.close();
    document.removeEventListener('visibilitychange', flush);
    window.removeEventListener('live-release', flush);
    stand({ connected: false, lostAt: null });
  };
}
