/** Every command, in the order of the help. docs/cli.md is generated from this table. */
import type { Command } from './command.ts';
import { backup } from './commands/backup.ts';
import { config } from './commands/config.ts';
import {
  listDestinations,
  orderDestinations,
  rotateDestination,
  testDestinations,
} from './commands/destinations.ts';
import { doctor } from './commands/doctor.ts';
import { createKeys, listKeys, revokeKeys } from './commands/keys.ts';
import { migrate } from './commands/migrate.ts';
import { migrateData } from './commands/migrate-data.ts';
import { orphans } from './commands/orphans.ts';
import { redeliver } from './commands/redeliver.ts';
import { reset } from './commands/reset.ts';
import { restored } from './commands/restored.ts';
import { resubmit } from './commands/resubmit.ts';
import { results } from './commands/results.ts';
import { serve } from './commands/serve.ts';
import { status } from './commands/status.ts';
import { submit } from './commands/submit.ts';
import { watch } from './commands/watch.ts';

export const commands: readonly Command[] = [
  serve,
  submit,
  results,
  status,
  watch,
  redeliver,
  resubmit,
  orphans,
  listDestinations,
  ...orderDestinations,
  rotateDestination,
  testDestinations,
  listKeys,
  createKeys,
  revokeKeys,
  config,
  doctor,
  migrate,
  migrateData,
  reset,
  backup,
  restored,
];
