import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import type { Setting, SettingList } from '../../api/types.ts';
import { useSession } from '../../api/use-session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { Caps } from './caps.tsx';
import { SettingValue } from './setting-value.tsx';

const columns: readonly Column<Setting>[] = [
  {
    key: 'name',
    head: 'Name',
    width: 'w-[35%] lg:w-[24%]',
    cell: ({ name }) => (
      <span className="mono block whitespace-normal break-words">
        {name.split('_').map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one name
          <span key={index}>
            {index > 0 && '_'}
            <wbr />
            {part}
          </span>
        ))}
      </span>
    ),
  },
  {
    key: 'value',
    head: 'Value',
    width: 'w-[32%] lg:w-[23%]',
    cell: (setting) => (
      <div className="whitespace-normal break-words">
        <SettingValue setting={setting} />
      </div>
    ),
  },
  {
    key: 'source',
    head: 'From',
    width: 'w-[33%] lg:w-[15%]',
    cell: ({ source, edited_at, edited_by }) => (
      <span className="inline-flex flex-wrap gap-x-2 items-center whitespace-normal">
        <Badge
          tone={source === 'default' ? 'quiet' : source === 'edited' ? 'watch' : 'moving'}
          word={source}
        />
        {edited_at !== null && (
          <span className="hint">
            <When at={edited_at} /> by {edited_by}
          </span>
        )}
      </span>
    ),
  },
  {
    key: 'about',
    head: 'What it is for',
    wide: true,
    cell: ({ about }) => <span className="whitespace-normal text-muted block py-1.5">{about}</span>,
  },
];

export function Rules() {
  const session = useSession();
  const [wanted, setWanted] = useState('');
  const asked = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => call<SettingList>('/api/settings', { signal }),
  });
  return (
    <Loaded asked={asked} what="the settings">
      {({ data, caps }) => {
        const word = wanted.toLowerCase();
        const found = data.filter(({ name, about }) => `${name} ${about}`.toLowerCase().includes(word));
        const groups = [...new Set(found.map(({ group }) => group))];
        return (
          <>
            <p className="text-muted mb-3 max-w-3xl">
              An edit holds at once and goes before the environment; secrets say only whether they are set.
              Version {session?.version}; the API is described at{' '}
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
            {wanted === '' && <Caps caps={caps} />}
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
                  still
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
