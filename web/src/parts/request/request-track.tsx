import type { RequestState } from '../../../../core/request.ts';
import type { RequestDetail } from '../../api/types.ts';
import { inWords, requestTones, toneColor } from '../../lib/tones.ts';
import { requestIcons } from '../state-icons.ts';

/** The two lives of a request: the call, then the hand-over. */
export function RequestTrack({ request }: { readonly request: RequestDetail }) {
  const { state, outcome, delivery_config: config } = request;
  const ended: RequestState = outcome === null || outcome === 'succeeded' ? 'openai_processed' : outcome;
  const last: RequestState = state === 'delivery_failed' ? 'delivery_failed' : 'delivered';
  const way: RequestState[] = [
    'pending',
    'openai_processing',
    ended,
    ...(config.type === 'none' ? [] : (['delivering', last] as const)),
  ];
  const at = way.indexOf(state);
  return (
    <ol className="flex flex-wrap gap-1 items-center mb-4" aria-label="The way of this request">
      {way.map((step, index) => {
        const Icon = requestIcons[step];
        const tone = toneColor(index <= at ? requestTones[step] : 'quiet');
        return (
          <li
            key={step}
            aria-current={index === at ? 'step' : undefined}
            className={`flex items-center gap-1.5 rounded-md border px-2 h-7 text-[0.86rem] ${index > at ? 'border-dashed' : ''} ${index === at ? 'font-medium' : ''}`}
            style={{
              color: tone,
              borderColor: index === at ? tone : 'var(--color-base-300)',
              background:
                index <= at ? `color-mix(in srgb, ${tone} 8%, var(--color-base-100))` : 'transparent',
            }}
          >
            <Icon size={13} aria-hidden="true" />
            {inWords(step)}
          </li>
        );
      })}
    </ol>
  );
}
