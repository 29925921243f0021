/** Two services in this process on one PostgreSQL database. */
import { withConnection } from '../../server/store/postgres/migrate.ts';
import { makeTempDatabase } from '../../server/store/postgres/temp-database.for-test.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';
import { until } from '../until.ts';

/** What every replica of one installation is given. */
const sharedSettings = {
  DATABASE_CONNECTIONS: 5,
  SECRET_KEY_BASE: 'for-tests-only-'.repeat(3),
  WEBHOOK_SECRET: `whsec_${Buffer.from('for tests only, 24 bytes').toString('base64')}`,
};

/** @param settings with a DATABASE_URL */
export function startReplica(settings: TestSettings): Promise<TestService> {
  return startTestService({ ...sharedSettings, ...settings });
}

export interface Pair {
  readonly databaseUrl: string;
  readonly one: TestService;
  readonly other: TestService;
  close(): Promise<void>;
}

/** From then on a replica learns of the other's orders by words alone, or much later by the safety net. */
function bothListen(databaseUrl: string): Promise<void> {
  const listening = `select 1 from pg_stat_activity where datname = current_database()
                     and query like 'listen %' and state = 'idle'`;
  return withConnection(databaseUrl, (client) =>
    until(async () => (await client.query(listening)).rows.length === 2),
  );
}

/** @param settings of both, of the one, of the other */
export async function startPair(
  both: TestSettings = {},
  ofOne: TestSettings = {},
  ofOther: TestSettings = {},
): Promise<Pair> {
  const databaseUrl = await makeTempDatabase();
  const shared = { DATABASE_URL: databaseUrl, ...both };
  const one = await startReplica({ ...shared, REPLICA_NAME: 'one', ...ofOne });
  const other = await startReplica({ ...shared, REPLICA_NAME: 'other', ...ofOther });
  await bothListen(databaseUrl);
  return {
    databaseUrl,
    one,
    other,
    async close() {
      await Promise.all([one.stop(), other.stop()]);
    },
  };
}
