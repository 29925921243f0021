import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { ApiKey } from '../../api/types.ts';
import { useReaderRefusal, useSession } from '../../api/use-session.ts';
import { Button } from '../../ui/button.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notices.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { OrderButton } from '../orders/order-button.tsx';

const columns: readonly Column<ApiKey>[] = [
  { key: 'name', head: 'Name', cell: ({ name }) => <bdi>{name}</bdi> },
  { key: 'scopes', head: 'May', cell: ({ scopes }) => scopes.join(', ') },
  { key: 'by', head: 'Made by', wide: true, cell: ({ created_by }) => created_by },
  { key: 'at', head: 'Made', cell: ({ created_at }) => <When at={created_at} /> },
  { key: 'revoked', head: 'Revoked', cell: ({ revoked_at }) => <When at={revoked_at} none="no" /> },
  {
    key: 'revoke',
    head: <span className="sr-only">Actions</span>,
    cell: ({ id, name, revoked_at }) =>
      revoked_at === null && (
        <OrderButton
          order={{
            label: 'Revoke',
            method: 'DELETE',
            path: `/api/keys/${id}`,
            danger: true,
            confirm: {
              title: `Revoke key ${name}?`,
              text: `Whoever uses key ${id}, "${name}", is refused within five seconds. This cannot be undone.`,
              yes: 'Revoke the key',
            },
            done: `Key ${name} is revoked.`,
          }}
        />
      ),
  },
];

export function Keys() {
  const asked = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => call<{ data: ApiKey[] }>('/api/keys', { signal }),
  });
  const refused = useReaderRefusal();
  if (refused !== null) return <Empty kind="no_match" title="Only operators see API keys" />;
  return (
    <>
      <MakeKey />
      <Loaded asked={asked} what="the API keys">
        {({ data }) =>
          data.length === 0 ? (
            <Empty kind="nothing_yet" title="No key was made here">
              Keys of the environment (API_KEYS) are not listed. While there is no credential at all, whoever
              reaches this address may do everything; the first key changes that.
            </Empty>
          ) : (
            <Table caption="API keys" columns={columns} rows={data} keyOf={({ id }) => String(id)} />
          )
        }
      </Loaded>
    </>
  );
}

const scopes = {
  produce: 'send requests and read their results',
  read: 'look at everything',
  operate: 'do everything',
} as const;

function MakeKey() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const first = useSession()?.signs_in === false;
  const [chosen, setScope] = useState<keyof typeof scopes>('produce');
  const scope = first ? 'operate' : chosen;
  const make = useMutation({
    mutationFn: () => call<{ key: string }>('/api/keys', { method: 'POST', body: { name, scopes: [scope] } }),
    onSuccess: async ({ key }) => {
      // The first key closes the open door; whoever made it stays inside by it.
      if (first) await call('/api/console/session', { method: 'POST', body: { secret: key } });
      await client.invalidateQueries({ queryKey: ['session'] });
      await client.invalidateQueries({ queryKey: ['keys'] });
    },
    onError: (error) => notify('bad', error.message),
  });
  return (
    <div className="mb-5">
      <form
        className="flex flex-wrap gap-2 items-end"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <label className="grid gap-1">
          Name
          <input
            className="input input-sm"
            required
            maxLength={64}
            pattern="[^:]+"
            title="Anything but a colon"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="grid gap-1">
          May
          <select
            className="select select-sm min-w-60"
            value={scope}
            onChange={(event) => setScope(event.target.value as keyof typeof scopes)}
          >
            {Object.entries(scopes)
              .filter(([word]) => !first || word === 'operate')
              .map(([word, meaning]) => (
                <option key={word} value={word}>
                  {word}: {meaning}
                </option>
              ))}
          </select>
        </label>
        <Button type="submit" look="main" busy={make.isPending}>
          Make a key
        </Button>
      </form>
      {make.data && (
        <div className="mt-3 max-w-2xl" role="status">
          <p className="mb-1">This is the key. It is shown this once and kept nowhere.</p>
          <CopyText text={make.data.key} what="key" />
        </div>
      )}
    </div>
  );
}
