/** Headers and authorization of a webhook. What is stored is sealed and never shown, so both are only replaced. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useHold } from '../../api/live.ts';
import type { Destination } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { notify } from '../../ui/notices.tsx';

const choices = {
  keep: 'keep it as it is',
  none: 'none',
  bearer: 'bearer token',
  basic: 'user name and password',
};
type Choice = keyof typeof choices;

const empty = {
  choice: 'keep' as Choice,
  token: '',
  username: '',
  password: '',
  keepsHeaders: true,
  headers: '',
};
type Draft = typeof empty;

/** `name: value`, one a line; null where a line has no colon. */
function readHeaders(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => line.indexOf(':') < 1)) return null;
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function authorizationOf({ choice, token, username, password }: Draft): object {
  switch (choice) {
    case 'keep':
      return {};
    case 'none':
      return { authorization: null };
    case 'bearer':
      return { authorization: { type: 'bearer', token } };
    case 'basic':
      return { authorization: { type: 'basic', username, password } };
  }
}

export function EditCredentials({ destination }: { readonly destination: Destination }) {
  const [open, setOpen] = useState(false);
  useHold(open);
  return (
    <>
      <Button refused={useReaderRefusal()} onClick={() => setOpen(true)}>
        Headers and authorization
      </Button>
      {open && <CredentialsDialog destination={destination} onClose={() => setOpen(false)} />}
    </>
  );
}

function CredentialsDialog({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(empty);
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));
  const save = useMutation({
    mutationFn: async () => {
      const headers = readHeaders(draft.headers);
      if (headers === null) throw new Error('Write each header as "name: value", one a line.');
      return call(`/api/destinations/${destination.id}`, {
        method: 'PATCH',
        body: { ...authorizationOf(draft), ...(draft.keepsHeaders ? {} : { headers }) },
      });
    },
    onSuccess: () => {
      notify('good', 'Saved; the next attempt sends them. They are not shown again.');
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['destinations'] }),
  });
  return (
    <Dialog title="Headers and authorization" onClose={onClose}>
      <form
        className="grid gap-3"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <p className="text-muted">They are kept encrypted and never shown again.</p>
        <AuthorizationFields draft={draft} set={set} now={destination.authorization} />
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="checkbox checkbox-sm"
            checked={draft.keepsHeaders}
            onChange={(event) => set({ keepsHeaders: event.target.checked })}
          />
          Keep own headers ({destination.header_names.join(', ') || 'none'})
        </label>
        {!draft.keepsHeaders && (
          <label className="grid gap-1">
            Own headers, one a line; empty: none
            <textarea
              className="textarea w-full mono"
              rows={4}
              spellCheck={false}
              placeholder="x-team: billing"
              value={draft.headers}
              onChange={(event) => set({ headers: event.target.value })}
            />
          </label>
        )}
        <p className="text-bad min-h-6 break-words" role="alert">
          {save.error?.message}
        </p>
        <div className="flex gap-2 justify-end">
          <Button onClick={onClose}>Leave</Button>
          <Button type="submit" look="main" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface AuthorizationProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  /** Its scheme. */
  readonly now: string | null;
}

function AuthorizationFields({ draft, set, now }: AuthorizationProps) {
  return (
    <>
      <label className="grid gap-1">
        Authorization (now: {now ?? 'none'})
        <select
          className="select select-sm w-full"
          value={draft.choice}
          onChange={(event) => set({ choice: event.target.value as Choice })}
        >
          {Object.entries(choices).map(([choice, words]) => (
            <option key={choice} value={choice}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {draft.choice === 'bearer' && (
        <Field
          label="Token"
          type="password"
          autoComplete="off"
          required
          maxLength={4_096}
          value={draft.token}
          onChange={(token) => set({ token })}
        />
      )}
      {draft.choice === 'basic' && (
        <>
          <Field
            label="User name"
            autoComplete="off"
            pattern="[^:]*"
            title="Anything but a colon"
            maxLength={256}
            value={draft.username}
            onChange={(username) => set({ username })}
          />
          <Field
            label="Password"
            type="password"
            autoComplete="new-password"
            maxLength={1_024}
            value={draft.password}
            onChange={(password) => set({ password })}
          />
        </>
      )}
    </>
  );
}
