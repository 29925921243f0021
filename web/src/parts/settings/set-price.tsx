/** The form for a price: dollars as people write them, sent as whole nano-dollars. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call } from '../../api/client.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { nanoOf } from '../../lib/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { notify } from '../../ui/notices.tsx';

const empty = { model: '', from: '', input: '', cached: '', output: '', percent: '50' };

export function SetPrice({ models }: { readonly models: readonly string[] }) {
  const client = useQueryClient();
  const refused = useReaderRefusal();
  const names = useId();
  const [given, setGiven] = useState(empty);
  const set = (name: keyof typeof empty) => (value: string) => setGiven((now) => ({ ...now, [name]: value }));
  const save = useMutation({
    mutationFn: () =>
      call('/api/prices', {
        method: 'POST',
        body: {
          model: given.model,
          input_nano_usd: nanoOf(given.input),
          output_nano_usd: nanoOf(given.output),
          batch_factor: Number(given.percent) / 100,
          ...(given.cached === '' ? {} : { cached_nano_usd: nanoOf(given.cached) }),
          // The field speaks of the time where the browser is.
          ...(given.from === '' ? {} : { from: new Date(given.from).toISOString() }),
        },
      }),
    onSuccess: () => {
      notify('good', `The price of ${given.model} is set; what has come since is priced again.`);
      setGiven(empty);
    },
    onError: (error) => notify('bad', error.message),
    onSettled: () => client.invalidateQueries(),
  });
  const dollars = {
    inputMode: 'decimal',
    pattern: '[0-9]+([.][0-9]{1,9})?',
    title: 'Dollars, such as 0.15',
  } as const;
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      aria-label="Set a price"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field
        label="Model"
        value={given.model}
        onChange={set('model')}
        required
        maxLength={256}
        list={names}
      />
      <datalist id={names}>
        {models.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      <Field label="In, $" value={given.input} onChange={set('input')} required narrow {...dollars} />
      <Field
        label="Cached, $"
        value={given.cached}
        onChange={set('cached')}
        placeholder="as in"
        narrow
        {...dollars}
      />
      <Field label="Out, $" value={given.output} onChange={set('output')} required narrow {...dollars} />
      <Field
        label="Batch pays, %"
        value={given.percent}
        onChange={set('percent')}
        required
        narrow
        type="number"
        min={0}
        max={100}
        step="any"
      />
      <Field
        label="Holds from (now when empty)"
        value={given.from}
        onChange={set('from')}
        type="datetime-local"
      />
      <Button type="submit" look="main" refused={refused} busy={save.isPending}>
        Set the price
      </Button>
    </form>
  );
}
