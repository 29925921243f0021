/** Batches of one model or endpoint: exact names, as the list is asked for them. */
import { useNavigate } from '@tanstack/react-router';
import { useId, useRef, useState } from 'react';
import { useKeys } from '../../lib/keyboard.ts';
import { qualifiers } from '../../lib/search.ts';

export function KindFilter({ models }: { readonly models: readonly string[] }) {
  const navigate = useNavigate({ from: '/batches' });
  const [input, setInput] = useState('');
  const box = useRef<HTMLInputElement>(null);
  const names = useId();
  useKeys({ '/': () => box.current?.focus() });
  return (
    <form
      role="search"
      className="mb-3"
      onSubmit={(event) => {
        event.preventDefault();
        const name = input.trim();
        if (name === '') return;
        const kind = name.startsWith('/') ? { endpoint: name } : { model: name };
        void navigate({ search: ({ cursor: _, ...now }) => ({ ...now, ...kind }) });
        setInput('');
      }}
    >
      <input
        ref={box}
        className="input input-sm w-full max-w-sm"
        aria-label="Model or endpoint"
        placeholder="model, or endpoint such as /v1/responses"
        value={input}
        list={names}
        maxLength={256}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setInput(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') box.current?.blur();
        }}
      />
      <datalist id={names}>
        {[...models, ...qualifiers.endpoint].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </form>
  );
}
