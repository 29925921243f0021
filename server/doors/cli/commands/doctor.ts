import { type Call, type Command, textOption, UsageError } from '../command.ts';
import { checkBroker } from '../doctor/check-broker.ts';
import { checkConfiguration, checkNode } from '../doctor/check-configuration.ts';
import { checkDatabase } from '../doctor/check-database.ts';
import { checkDisk } from '../doctor/check-disk.ts';
import { checkPort } from '../doctor/check-port.ts';
import { checkProvider } from '../doctor/check-provider.ts';
import { checkReceiver } from '../doctor/check-receiver.ts';
import type { Finding } from '../doctor/finding.ts';
import { plural } from '../in-words.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check whether the service can run here, and what to do if not',
  about:
    'Checks Node, the configuration, the database, the disk, the port, the key and the clock (against the provider), the\n' +
    'broker if there is one, and with --receiver whether a receiver of webhooks can be reached. Each line says ok, warn or FAIL and what to do. Exit\n' +
    'code 1 when something has failed. Nothing is changed, and nothing is sent but questions.',
  options: {
    receiver: { type: 'string', value: 'URL', about: 'A webhook address that must be reachable from here.' },
  },
  examples: ['openai-batch-manager doctor --receiver https://example.com/hooks'],
  run: examine,
};

async function examine(call: Call): Promise<number> {
  const { io, settings, env } = call;
  const receiver = textOption(call, 'receiver');
  if (receiver !== undefined && !/^https?:\/\//.test(receiver)) {
    throw new UsageError(`--receiver must be an http or https URL, not "${receiver}".`);
  }
  const checks: (() => Finding[] | Promise<Finding[]>)[] = [
    checkNode,
    () => checkConfiguration(settings, env),
    () => checkDatabase(settings.settings),
    () => checkDisk(settings.settings),
    () => checkPort(settings.settings),
    () => checkProvider(settings.settings),
    () => checkBroker(settings.settings),
    ...(receiver === undefined ? [] : [() => checkReceiver(receiver, settings.settings)]),
  ];
  let failed = 0;
  for (const check of checks) {
    for (const { verdict, what, about } of await check()) {
      if (verdict === 'FAIL') failed += 1;
      io.out.write(`${verdict.padEnd(4)}  ${what.padEnd(13)}  ${about}\n`);
    }
  }
  io.out.write(failed === 0 ? '\nThe service can run here.\n' : `\n${plural(failed, 'check')} failed.\n`);
  return failed === 0 ? 0 : 1;
}
