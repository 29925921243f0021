import { expect, test } from 'vitest';
import { type BatchState, batchStates, movesFrom } from './batch.ts';
import { type DriverName, driverOf, stages, statesOf } from './stages.ts';

const driverNames = stages.map(({ name }) => name).filter((name) => name !== 'intake') as DriverName[];

test('the line runs from intake to delivery', () => {
  expect(stages.map(({ name }) => name)).toEqual([
    'intake',
    'build',
    'upload',
    'submit',
    'poll',
    'download',
    'deliver',
  ]);
});

test.each(batchStates)('%s has the driver that its stage names, in one stage only', (state) => {
  const holders = stages
    .filter((stage) => (stage.states as readonly BatchState[]).includes(state))
    .map(({ name }) => name);
  const driver = driverOf[state];
  expect(holders).toEqual(driver === null ? [] : [driver]);
});

test('the table names every state, and only done is driven by nobody', () => {
  expect(Object.keys(driverOf).sort()).toEqual([...batchStates].sort());
  expect(batchStates.filter((state) => driverOf[state] === null)).toEqual(['done']);
});

test('statesOf is the table read the other way', () => {
  for (const driver of driverNames) {
    const driven = batchStates.filter((state) => driverOf[state] === driver);
    expect([...statesOf(driver)].sort()).toEqual([...driven].sort());
    expect(driven).not.toEqual([]);
  }
});

test('a state whose only work is to settle is driven like the download of results', () => {
  const restOfTheirLives = batchStates.filter((state) => movesFrom(state).length === 0);
  expect(restOfTheirLives).toEqual(['expired', 'cancelled']);
  for (const state of restOfTheirLives) expect(driverOf[state]).toBe('download');
});
