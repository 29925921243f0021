import { describeStore } from '../conformance/describe-store.ts';
import { openTempStore } from './temp-database.for-test.ts';

describeStore('PostgreSQL', openTempStore);
