import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { SettingView } from '../../api/types.ts';
import { useSession } from '../../api/use-session.ts';
import { count } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Column, Table } from '../../ui/table.tsx';

/** Milliseconds and large numbers as people read them, beside the value as it is written. */
function inWords({ name, value }: SettingView): string {
  if (!/^\d+$/.test(value)) return '';
  const number = Number(value);
  if (name.endsWith('_MS')) return duration(number);
  if (name.endsWith('_S')) return duration(number * 1_000);
  return number >= 10_000 ? count(number) : '';
}

const columns: readonly Column<SettingView>[] = [
  { key: 'name', head: 'Name', cell: ({ name }) => <span className="mono">{name}</span> },
  {
    key: 'value',
    head: 'Value',
    cell: (setting) => (
      <span>
        <span className="mono inline-block max-w-64 truncate align-bottom" title={setting.value}>
          {setting.value}
        </span>{' '}
        <span className="text-muted">{inWords(setting)}</span>
      </span>
    ),
  },
  {
    key: 'source',
    head: 'From',
    cell: ({ source }) => <Badge tone={source === 'default' ? 'quiet' : 'moving'} word={source} />,
  },
  {
    key: 'about',
    head: 'What it is for',
    wide: true,
    cell: ({ about }) => <span className="whitespace-normal text-muted block py-1.5 min-w-64">{about}</span>,
  },
];

export function Rules() {
  const session = useSession();
  const [wanted, setWanted] = useState('');
  const asked = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => call<{ data: SettingView[] }>('/api/console/settings', { signal }),
  });
  return (
    <Loaded asked={asked} what="the settings">
      {({ data }) => {
        const word = wanted.toLowerCase();
        const found = data.filter(({ name, about }) => `${name} ${about}`.toLowerCase().includes(word));
        const groups = [...new Set(found.map(({ group }) => group))];
        return (
          <>
            <p className="text-muted mb-3 max-w-3xl">
              Settings come from the environment at start. Secrets say only whether they are set. Version{' '}
              {session?.version}; the API is described at{' '}
              <a className="link" href="/api/docs">
                /api/docs
              </a>
              .
            </p>
            <input
              className="input w-full max-w-sm mb-4"
              placeholder="Find a setting"
              aria-label="Find a setting"
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
            {groups.length === 0 && (
              <Empty kind="no_match" title="No setting matches">
                <Button onClick={() => setWanted('')}>Clear</Button>
              </Empty>
            )}
            {groups.map((group) => (
              <section key={group} className="mb-6">
                <h2 className="mb-1">{group}</h2>
                <Table
                  caption={`Settings of ${group}`}
                  columns={columns}
                  rows={found.filter((setting) => setting.group === group)}
                  keyOf={({ name }) => name}
                />
              </section>
            ))}
          </>
        );
      }}
    </Loaded>
  );
}
