import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { AcceptOutput, Arrival } from '../../store/intake/accept-requests.ts';
import { GroupCommit, maxRows } from './group-commit.ts';

const arrival = { lineBytes: 2_000 } as Arrival;

/** A store that commits when it is told to. */
function heldStore(sideBySide: boolean) {
  const groups: { readonly rows: number; readonly commit: () => void }[] = [];
  const intake = new GroupCommit({
    store: (arrivals) =>
      new Promise<AcceptOutput>((resolve) => {
        const acceptances = arrivals.map((_, requestId) => ({ kind: 'accepted' as const, requestId }));
        groups.push({ rows: arrivals.length, commit: () => resolve({ acceptances, closed: false }) });
      }),
    groupsUnderWay: 2,
    sideBySide,
    onClosed: () => {},
  });
  const rows = () => groups.map((group) => group.rows);
  return { intake, groups, rows };
}

test('behind one writer what comes while a group is committed goes together, after it', async () => {
  const { intake, groups, rows } = heldStore(false);
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

test('a full group does not wait for the one before it, nor does any where they are committed side by side', async () => {
  const full = heldStore(false);
  void full.intake.accept(arrival);
  await turn();
  void full.intake.acceptAll(Array<Arrival>(maxRows).fill(arrival));
  void full.intake.acceptAll(Array<Arrival>(maxRows).fill(arrival));
  await turn();
  expect(full.rows()).toEqual([1, maxRows]);
  const side = heldStore(true);
  void side.intake.accept(arrival);
  await turn();
  void side.intake.accept(arrival);
  await turn();
  expect(side.rows()).toEqual([1, 1]);
});
