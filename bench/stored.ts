/** Looks into the database that a run has left, past the service: what was sent is what is stored. */
import { DatabaseSync } from 'node:sqlite';

export interface Stored {
  readonly requests: number;
  readonly customIds: number;
  readonly bodies: number;
  readonly bodyBytes: number;
  readonly results: number;
  readonly batches: number;
  /** Requests by state. */
  readonly states: Readonly<Record<string, number>>;
  /** The counter of all batches, which must agree with the rows. */
  readonly counted: number;
}

/** In the words of both databases. */
export const storedFigures = `select
  (select count(*) from requests) as requests,
  (select count(distinct custom_id) from requests) as "customIds",
  (select count(*) from request_bodies) as bodies,
  (select coalesce(sum(length(body)), 0) from request_bodies) as "bodyBytes",
  (select count(*) from results) as results,
  (select count(*) from batches) as batches,
  (select coalesce(sum(request_count), 0) from batches) as counted`;

export function readStored(databasePath: string): Stored {
  const db = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const row = db.prepare(storedFigures).get() as Omit<Stored, 'states'> & object;
    const states = db.prepare('select state, count(*) as n from requests group by state').all();
    return { ...row, states: Object.fromEntries(states.map(({ state, n }) => [String(state), Number(n)])) };
  } finally {
    db.close();
  }
}

/** @throws Error that names every figure that is not as it must be */
export function expectFigures<T extends object>(what: string, actual: T, expected: Partial<T>): void {
  const wrong = Object.entries(expected)
    .filter(([name, value]) => actual[name as keyof T] !== value)
    .map(([name, value]) => `${name} is ${String(actual[name as keyof T])}, not ${String(value)}`);
  if (wrong.length > 0) throw new Error(`${what}: ${wrong.join('; ')}`);
}
