/** One bar: free text is an exact id of any kind, qualifiers become chips; everything stands in the address. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useKeys } from '../../lib/keyboard.ts';
import { complete, present, type RequestSearch, readRequestSearch, readTyped } from '../../lib/search.ts';
import { absolute } from '../../lib/time.ts';
import { Chip } from '../../ui/chip.tsx';
import { useFind } from '../shell/use-find.ts';

export function SearchBar() {
  const navigate = useNavigate({ from: '/requests' });
  const [input, setInput] = useState('');
  const { find, told, finding } = useFind();
  const box = useRef<HTMLInputElement>(null);
  const list = useId();
  useKeys({ '/': () => box.current?.focus() });
  const submit = () => {
    const { filter, free, wrong } = readTyped(input);
    if (wrong.length > 0) return find.tell(`No such word: ${wrong.join(' ')}`);
    if (Object.keys(filter).length > 0) {
      void navigate({ search: ({ cursor: _, ...now }) => ({ ...now, ...filter }) });
    }
    if (free !== '') find.byId(free);
    else find.tell('');
    if (free === '') setInput('');
  };
  return (
    <form
      role="search"
      className="mb-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="relative">
        <Search size={15} className="absolute left-2.5 top-2.5 text-muted z-10" aria-hidden="true" />
        <input
          ref={box}
          className="input w-full pl-8"
          aria-label="Search requests"
          placeholder="custom_id, OpenAI batch or file id, or state: outcome: model: batch: destination: tag: before: after:"
          value={input}
          list={list}
          maxLength={2_000}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setInput(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') box.current?.blur();
          }}
        />
        <datalist id={list}>
          {complete(input).map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      </div>
      <p className="hint min-h-5 mt-1" role="status">
        {finding ? 'Looking…' : told}
      </p>
    </form>
  );
}

/** What stands in the address, each to be taken away. */
export function FilterChips() {
  const { cursor: _, order, ...filter } = useSearch({ from: '/requests', select: readRequestSearch });
  const navigate = useNavigate({ from: '/requests' });
  const names = Object.keys(filter) as (keyof typeof filter)[];
  if (names.length === 0) return null;
  const without = (gone: string) =>
    void navigate({
      search: (now) =>
        Object.fromEntries(
          Object.entries(now).filter(([name]) => name !== gone && name !== 'cursor'),
        ) as RequestSearch,
    });
  return (
    <div className="flex flex-wrap gap-1.5 mb-3" role="group" aria-label="Filters">
      {names.map((name) => (
        <Chip key={name} on removes={`Remove filter ${name}`} onClick={() => without(name)}>
          <span className="truncate max-w-64">
            {name}: <bdi>{shown(name, filter[name] ?? '')}</bdi>
          </span>
        </Chip>
      ))}
      <Chip onClick={() => void navigate({ search: present<RequestSearch>({ order }) })}>Clear</Chip>
    </div>
  );
}

function shown(name: string, value: string): string {
  if (name !== 'before' && name !== 'after') return value;
  const at = /^\d+$/.test(value) ? Number(value) : Date.parse(value);
  return Number.isNaN(at) ? value : absolute(at).replace(/ \(.*/, '');
}
