/** One value: shown with what it means, edited in place where that is possible, and reset to what was there before. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { Setting } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import { Button } from '../../ui/button.tsx';
import { notify } from '../../ui/notices.tsx';

/** Times as people read them; nothing for anything else. */
export function meaningOf(name: string, value: unknown): string {
  const number = typeof value === 'number' ? value : /^\d+$/.test(String(value)) ? Number(value) : null;
  if (number === null) return '';
  if (name.endsWith('_MS')) return duration(number);
  if (name.endsWith('_S')) return duration(number * 1_000);
  return '';
}

export function textOf(value: unknown): string {
  if (value === null) return 'not set';
  if (typeof value === 'boolean') return value ? 'set' : 'not set';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What stands there while nobody edits it. */
function shownOf(value: unknown): string {
  return typeof value === 'number' ? count(value) : textOf(value);
}

export function SettingValue({ setting }: { readonly setting: Setting }) {
  const [draft, setDraft] = useState<string | null>(null);
  const reader = useReaderRefusal();
  const { name, value, editable, source } = setting;
  const save = useSave(() => setDraft(null));
  if (draft !== null) {
    const next = typeof value === 'number' ? Number(draft) : draft;
    return (
      <form
        className="flex flex-wrap items-center gap-1.5"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ method: 'PATCH', path: '/api/settings', body: { [name]: next } });
        }}
      >
        <input
          className="input input-sm w-36"
          aria-label={`New value of ${name}`}
          type={typeof value === 'number' ? 'number' : 'text'}
          required
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
        <span className="hint">
          {meaningOf(name, value) || shownOf(value)} → {meaningOf(name, next) || shownOf(next)}, at once
        </span>
        <Button type="submit" look="main" busy={save.isPending}>
          Save
        </Button>
        <Button onClick={() => setDraft(null)}>Leave</Button>
      </form>
    );
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 max-w-full">
      <span className="mono inline-block max-w-full truncate" title={textOf(value)}>
        {shownOf(value)}
      </span>
      <span className="text-muted">{meaningOf(name, value)}</span>
      {editable && (
        <Button
          look="bare"
          refused={reader}
          label={`Edit ${name}`}
          onClick={() => setDraft(value === null ? '' : textOf(value))}
        >
          Edit
        </Button>
      )}
      {source === 'edited' && (
        <Button
          look="bare"
          refused={reader}
          label={`Reset ${name}`}
          onClick={() => save.mutate({ method: 'DELETE', path: `/api/settings/${name}` })}
        >
          Reset
        </Button>
      )}
    </span>
  );
}

interface Edit {
  readonly method: 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

export function useSave(onSaved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Edit) =>
      call(path, { method, ...(body === undefined ? {} : { body }) }),
    onSuccess: () => {
      notify('good', 'Saved; it holds at once.');
      onSaved();
    },
    onError: (error) => notify('bad', error.message),
    onSettled: () => client.invalidateQueries(),
  });
}
