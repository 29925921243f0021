import { OrderSpool } from '../../../store/spool/order-spool.ts';
import { type Call, type Command, serviceOptions, textOption, UsageError } from '../command.ts';
import { type Service, withService } from '../service.ts';
import { errorLine, ResultWait } from '../submit/await-results.ts';
import { closeBatchesOf, Kinds } from '../submit/close-batches.ts';
import { openInput } from '../submit/open-input.ts';
import { type Delivery, sendLines, tellTotals } from '../submit/send-lines.ts';

export const submit: Command = {
  name: 'submit',
  summary: 'Send a file of requests',
  args: 'FILE',
  argCount: { least: 1, most: 1 },
  about:
    "Sends JSON lines to the running service (scope produce): OpenAI's own batch-file lines, or lines in the form of\n" +
    'POST /api/requests, mixed as you like. "-" reads standard input. Refused lines are told by number and reason, and\n' +
    'refuse nothing else. Sending a file again is safe: stored lines are recognised by their custom_id.',
  options: {
    webhook: {
      type: 'string',
      value: 'URL',
      about: "Where outcomes of lines in OpenAI's format are posted.",
    },
    none: { type: 'boolean', about: 'They are posted nowhere; fetch them by "results" or --wait.' },
    tag: { type: 'string', value: 'TAG', about: 'Tag of these lines.' },
    now: {
      type: 'boolean',
      about: 'Close their batches at once instead of when full or old (scope operate).',
    },
    wait: {
      type: 'boolean',
      about: 'Wait, and write results as JSON lines in input order (scope read); implies --none.',
    },
    ...serviceOptions,
  },
  examples: [
    'openai-batch-manager submit batch.jsonl --webhook https://example.com/hooks --tag nightly',
    'openai-batch-manager submit batch.jsonl --now --wait > results.jsonl',
    'zcat batch.jsonl.gz | openai-batch-manager submit - --none',
  ],
  run: (call) => {
    const delivery = readDelivery(call);
    return withService(call, (service) => submitFile(call, service, delivery));
  },
};

function readDelivery(call: Pick<Call, 'options'>): Delivery {
  const webhook = textOption(call, 'webhook');
  const { none, wait } = call.options;
  if (webhook !== undefined && none) throw new UsageError('Say either --webhook URL or --none.');
  const fallback = none || wait ? 'none' : undefined;
  return {
    delivery: webhook === undefined ? fallback : 'webhook',
    webhook_url: webhook,
    tag: textOption(call, 'tag'),
  };
}

async function submitFile(call: Call, service: Service, delivery: Delivery): Promise<number> {
  const { args, io, options } = call;
  const input = await openInput(args[0] ?? '-', io);
  await service.mustRun();
  const spool = options['wait'] ? new OrderSpool() : undefined;
  // A spool goes with the process; a signal must end it in order for that.
  if (spool)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const kinds = new Kinds();
  try {
    const totals = await sendLines(service, input, {
      delivery,
      io,
      onLine: (line) => {
        kinds.note(line);
        spool?.add(line);
      },
    });
    const complete = tellTotals(totals, spool ? io.err : io.out, io.err);
    if (options['now']) await closeBatchesOf(service, kinds);
    if (!spool || totals.stopped) return complete ? 0 : 1;
    for (const { line, code, detail } of totals.refusals) {
      spool.answerLine(line, errorLine(spool.customIdOf(line), code, detail));
    }
    await new ResultWait(service, spool, io).run();
    return complete ? 0 : 1;
  } finally {
    spool?.close();
  }
}
