/** Every workload, in the order of the table. A new one is a file here, its floor a file beside, and a line in this list. */
import type { Workload } from '../workload.ts';
import { amqpDelivery } from './amqp-delivery.ts';
import { amqpIntake } from './amqp-intake.ts';
import { apply, applyLarge } from './apply.ts';
import { build } from './build.ts';
import { bulk } from './bulk.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { intake, intakeMixed, intakePg } from './intake.ts';
import { line } from './line.ts';
import { start } from './start.ts';
import { webhooks50, webhooks200 } from './webhooks.ts';

export const workloads: readonly Workload[] = [
  intake,
  intakeMixed,
  intakePg,
  bulk,
  build,
  apply,
  applyLarge,
  webhooks50,
  webhooks200,
  amqpIntake,
  amqpDelivery,
  line,
  growth,
  idle,
  start,
];
