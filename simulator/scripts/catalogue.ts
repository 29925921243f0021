import { batchScripts } from './batch-scripts.ts';
import { callScripts } from './call-scripts.ts';
import { rowScripts } from './row-scripts.ts';
import type { Script } from './rule.ts';

/** Every script that has a name. */
export const catalogue: readonly Script[] = [...callScripts, ...batchScripts, ...rowScripts];
