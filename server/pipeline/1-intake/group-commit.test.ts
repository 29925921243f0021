import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AcceptOutput, Arrival } from '../../store/intake/accept-requests.ts';
import { GroupCommit, maxRows } from './group-commit.ts';

const arrival = { lineBytes: 2_000 } as Arrival;

/** A store that commits when it is told to. */
function heldStore(besideFrom: number) {
  const groups: { readonly rows: number; readonly commit: () => void }[] = [];
  const intake = new GroupCommit({
    store: (arrivals) =>
      new Promise<AcceptOutput>((resolve) => {
        const acceptances = arrivals.map((_, requestId) => ({ kind: 'accepted' as const, requestId }));
        groups.push({ rows: arrivals.length, commit: () => resolve({ acceptances, closed: false }) });
      }),
    groupsUnderWay: 2,
    besideFrom,
    onClosed: () => {},
  });
  const rows = () => groups.map((group) => group.rows);
  return { intake, groups, rows };
}

test('what comes while a group is committed goes together, after it', async () => {
  const { intake, groups, rows } = heldStore(maxRows);
  const first = intake.accept(arrival);
  await turn();
  const others = [intake.accept(arrival)];
  await turn();
  others.push(intake.accept(arrival));
  await turn();
  expect(rows()).toEqual([1]);
  groups[0]?.commit();
  await first;
  await turn();
  expect(rows()).toEqual([1, 2]);
  groups[1]?.commit();
  expect(await Promise.all(others)).toHaveLength(2);
});

test('a full group does not wait for the one before it, nor does one that is worth a commit of its own', async () => {
  const full = heldStore(maxRows);
  void full.intake.accept(arrival);
  await turn();
  void full.intake.acceptAll(Array<Arrival>(maxRows).fill(arrival));
  void full.intake.acceptAll(Array<Arrival>(maxRows).fill(arrival));
  await turn();
  expect(full.rows()).toEqual([1, maxRows]);
  const side = heldStore(3);
  void side.intake.accept(arrival);
  await turn();
  void side.intake.acceptAll([arrival, arrival]);
  await turn();
  expect(side.rows()).toEqual([1]);
  void side.intake.accept(arrival);
  await turn();
  expect(side.rows()).toEqual([1, 3]);
});
