/** How many tokens may be enqueued at OpenAI, by the beginning of a model's name. */
import { useState } from 'react';
import type { SettingList } from '../../api/types.ts';
import { useReaderRefusal } from '../../api/use-session.ts';
import { compact, count } from '../../lib/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useSave } from './setting-value.tsx';

type Cap = SettingList['caps'][number];

export function Caps({ caps }: { readonly caps: readonly Cap[] }) {
  const reader = useReaderRefusal();
  const save = useSave(() => setPrefix(''));
  const [prefix, setPrefix] = useState('');
  const [tokens, setTokens] = useState('');
  const number = Number(tokens.replaceAll(/[,_\s]/g, ''));
  const columns: readonly Column<Cap>[] = [
    {
      key: 'prefix',
      head: 'Models that begin with',
      cell: (cap) => <span className="mono">{cap.prefix}</span>,
    },
    {
      key: 'tokens',
      head: 'Tokens',
      number: true,
      cell: (cap) => `${count(cap.tokens)} (${compact(cap.tokens)})`,
    },
    {
      key: 'source',
      head: 'From',
      cell: (cap) => <Badge tone={cap.source === 'edited' ? 'watch' : 'quiet'} word={cap.source} />,
    },
    {
      key: 'by',
      head: 'Edited',
      wide: true,
      cell: (cap) =>
        cap.edited_at === null ? (
          '–'
        ) : (
          <span>
            <When at={cap.edited_at} /> by {cap.edited_by}
          </span>
        ),
    },
    {
      key: 'reset',
      head: <span className="sr-only">Actions</span>,
      cell: (cap) =>
        cap.source === 'edited' && (
          <Button
            refused={reader}
            label={`Reset ${cap.prefix}`}
            onClick={() =>
              save.mutate({
                method: 'DELETE',
                path: `/api/settings/TOKEN_CAPS/${encodeURIComponent(cap.prefix)}`,
              })
            }
          >
            Reset
          </Button>
        ),
    },
  ];
  return (
    <section className="mb-6">
      <h2 className="mb-1">Caps on enqueued tokens</h2>
      <form
        className="flex flex-wrap items-end gap-2 my-2"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ method: 'PATCH', path: '/api/settings', body: { TOKEN_CAPS: { [prefix]: number } } });
        }}
      >
        <label className="grid gap-1">
          Model prefix
          <input
            className="input input-sm"
            required
            maxLength={128}
            placeholder="gpt-4o"
            value={prefix}
            onChange={(event) => setPrefix(event.target.value)}
          />
        </label>
        <label className="grid gap-1">
          Tokens
          <input
            className="input input-sm"
            required
            inputMode="numeric"
            pattern="[0-9,_ ]+"
            placeholder="2,000,000"
            value={tokens}
            onChange={(event) => setTokens(event.target.value)}
          />
        </label>
        <Button type="submit" look="main" refused={reader} busy={save.isPending}>
          Set the cap
        </Button>
        <span className="hint">
          {number > 0
            ? `${count(number)} tokens (${compact(number)})`
            : 'The longest prefix that fits counts.'}{' '}
          <a
            className="link"
            href="https://platform.openai.com/settings/organization/limits"
            target="_blank"
            rel="noreferrer"
          >
            Your limits at OpenAI
          </a>
        </span>
      </form>
      {caps.length > 0 && (
        <Table caption="Caps by model prefix" columns={columns} rows={caps} keyOf={(cap) => cap.prefix} />
      )}
    </section>
  );
}
