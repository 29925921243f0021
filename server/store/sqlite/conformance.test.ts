import { describeStore } from '../conformance/describe-store.ts';
import { openTempStore } from './temp-store.for-test.ts';

describeStore('SQLite', openTempStore);
