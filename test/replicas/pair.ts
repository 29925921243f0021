/** Two services in this process on one PostgreSQL database. */
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';

/** What every replica of one installation is given. */
export const sharedSettings = {
  DATABASE_CONNECTIONS: 5,
  SECRET_KEY_BASE: 'for-tests-only-'.repeat(3),
  WEBHOOK_SECRET: `whsec_${Buffer.from('for tests only, 24 bytes').toString('base64')}`,
};

export interface Pair {
  readonly databaseUrl: string;
  readonly one: TestService;
  readonly other: TestService;
  close(): Promise<void>;
}

/** @param settings of both, of the one, of the other */
export async function startPair(
  both: TestSettings = {},
  ofOne: TestSettings = {},
  ofOther: TestSettings = {},
): Promise<Pair> {
  const databaseUrl = await makeTempDatabase();
  const shared = { ...sharedSettings, DATABASE_URL: databaseUrl, ...both };
  const one = await startTestService({ ...shared, REPLICA_NAME: 'one', ...ofOne });
  const other = await startTestService({ ...shared, REPLICA_NAME: 'other', ...ofOther });
  return {
    databaseUrl,
    one,
    other,
    async close() {
      await Promise.all([one.stop(), other.stop()]);
    },
  };
}
