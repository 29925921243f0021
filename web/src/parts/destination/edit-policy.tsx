/** Edits the rules of one destination; an empty field means the default. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { Destination } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { readSchedule, writeSchedule } from '../../lib/schedule.ts';
import { Button } from '../../ui/button.tsx';
import { notify } from '../../ui/notices.tsx';

const fields = [
  { name: 'concurrency', label: 'Messages in flight, of each replica', most: 1_000 },
  { name: 'rate_per_s', label: 'Messages a second', most: 1_000 },
  { name: 'connect_timeout_ms', label: 'Connect within, ms', most: 20_000 },
  { name: 'answer_timeout_ms', label: 'Answer within, ms', most: 25_000 },
] as const;
type Name = (typeof fields)[number]['name'];

export function EditPolicy({ destination }: { readonly destination: Destination }) {
  const client = useQueryClient();
  const refused = useReaderRefusal();
  const { policy, own_policy: own } = destination;
  const [values, setValues] = useState(
    () =>
      Object.fromEntries(
        fields.map(({ name }) => [name, own.includes(name) ? String(policy[name] ?? '') : '']),
      ) as Record<Name, string>,
  );
  const [schedule, setSchedule] = useState(
    own.includes('schedule_ms') ? writeSchedule(policy.schedule_ms) : '',
  );
  const [breaker, setBreaker] = useState(policy.breaker);
  const save = useMutation({
    mutationFn: async () => {
      const pauses = schedule.trim() === '' ? null : readSchedule(schedule);
      if (pauses === null && schedule.trim() !== '') {
        throw new Error('Write the pauses as "0, 5 s, 1 m, 2 h".');
      }
      const numbers = fields.map(({ name }) => [name, values[name] === '' ? null : Number(values[name])]);
      return call(`/api/destinations/${destination.id}`, {
        method: 'PATCH',
        body: { ...Object.fromEntries(numbers), schedule_ms: pauses, breaker },
      });
    },
    onSuccess: () => notify('good', 'Saved; the next attempt follows it.'),
    onError: (error) => notify('bad', error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ['destinations'] }),
  });
  return (
    <form
      className="panel grid gap-2.5 content-start"
      onSubmit={(event) => {
        event.preventDefault();
        if (refused === null) save.mutate();
      }}
    >
      <h2>Edit policy</h2>
      {fields.map(({ name, label, most }) => (
        <label key={name} className="grid grid-cols-[1fr_7rem] items-center gap-2">
          <span className="text-muted">{label}</span>
          <input
            type="number"
            min={name.endsWith('_ms') ? 10 : 1}
            max={most}
            className="input input-sm"
            placeholder={String(policy[name] ?? 'no limit')}
            value={values[name]}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        </label>
      ))}
      <label className="grid grid-cols-[1fr_7rem] items-center gap-2">
        <span className="text-muted">Breaker</span>
        <select
          className="select select-sm"
          value={breaker}
          onChange={(event) => setBreaker(event.target.value as typeof breaker)}
        >
          <option value="auto">auto</option>
          <option value="off">off</option>
        </select>
      </label>
      <label className="grid gap-1">
        <span className="text-muted">Pauses before each attempt, at most 20</span>
        <input
          className="input input-sm w-full"
          placeholder={writeSchedule(policy.schedule_ms)}
          value={schedule}
          onChange={(event) => setSchedule(event.target.value)}
        />
      </label>
      <p className="hint">Empty fields follow the default.</p>
      <div>
        <Button type="submit" look="main" refused={refused} busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
