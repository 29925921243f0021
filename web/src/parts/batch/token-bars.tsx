import type { Batch } from '../../api/types.ts';
import { compact, count, share } from '../../lib/numbers.ts';
import { Figure } from '../../ui/figure.tsx';

/** Tokens as we estimated them and as OpenAI reported them. */
export function TokenBars({ batch }: { readonly batch: Batch }) {
  const { estimated_input_tokens: estimated, input_tokens: input, cached_tokens: cached } = batch;
  const { output_tokens: output, reasoning_tokens: reasoning } = batch;
  const most = Math.max(1, estimated, input, output);
  const reported = input > 0 || output > 0;
  const rows = [
    { name: 'Input, estimated', value: estimated, part: 0, color: 'var(--tone-quiet)', note: '' },
    ...(reported
      ? [
          {
            name: 'Input, reported',
            value: input,
            part: cached,
            color: 'var(--tone-moving)',
            note: cached > 0 ? `${share(cached, input)} cached` : '',
          },
          {
            name: 'Output, reported',
            value: output,
            part: reasoning,
            color: 'var(--tone-good)',
            note: reasoning > 0 ? `${share(reasoning, output)} reasoning` : '',
          },
        ]
      : []),
  ];
  const summary = reported
    ? `${compact(input)} tokens in and ${compact(output)} out; we had estimated ${compact(estimated)} in.`
    : `About ${compact(estimated)} tokens in, by estimate; OpenAI has reported none yet.`;
  return (
    <Figure
      title="Tokens"
      summary={summary}
      facts={{
        head: ['Kind', 'Tokens'],
        rows: [
          ...rows.map(({ name, value }) => [name, count(value)]),
          ['Of input: cached', count(cached)],
          ['Of output: reasoning', count(reasoning)],
        ],
      }}
    >
      <div className="grid gap-1.5">
        {rows.map(({ name, value, part, color, note }) => (
          <div key={name} className="grid grid-cols-[7.5rem_1fr_4rem] gap-2 items-center text-[0.86rem]">
            <span className="text-muted truncate">{name}</span>
            <span className="relative h-3.5 rounded-sm bg-base-200" title={note}>
              <span
                className="absolute inset-y-0 left-0 rounded-sm opacity-60"
                style={{ width: `${(value / most) * 100}%`, background: color }}
              />
              <span
                className="absolute inset-y-0 left-0 rounded-sm"
                style={{ width: `${(part / most) * 100}%`, background: color }}
              />
            </span>
            <span className="num">{compact(value)}</span>
          </div>
        ))}
      </div>
    </Figure>
  );
}
