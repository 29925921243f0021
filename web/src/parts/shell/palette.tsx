/** Ctrl-K: go anywhere, or straight to an id. */
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../../ui/dialog.tsx';
import { places } from './nav.tsx';
import { useFind } from './use-find.ts';

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const [input, setInput] = useState('');
  const { find, told, finding } = useFind(onClose);
  const word = input.trim().toLowerCase();
  const matching = places.filter((place) => place.word.toLowerCase().includes(word));
  const go = (to: (typeof places)[number]['to']) => {
    onClose();
    void navigate({ to });
  };
  return (
    <Dialog title="Go to" onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const [only] = matching;
          if (word !== '' && matching.length === 1 && only) go(only.to);
          else if (word !== '') find.byId(input.trim());
        }}
      >
        <input
          className="input w-full"
          autoFocus
          aria-label="A page, or the exact id of anything"
          placeholder="A page, or an exact id: ours, custom_id, OpenAI batch or file"
          value={input}
          onChange={(event) => setInput(event.target.value)}
        />
      </form>
      <p className="hint min-h-5 mt-1" role="status">
        {finding ? 'Looking…' : told}
      </p>
      <ul className="mt-2">
        {matching.map(({ to, word: name, icon: Icon, key }) => (
          <li key={to}>
            <button
              type="button"
              className="flex items-center gap-2.5 w-full h-9 px-2 rounded-md hover:bg-base-200 cursor-pointer"
              onClick={() => go(to)}
            >
              <Icon size={16} aria-hidden="true" />
              {name}
              <span className="ml-auto">
                <kbd className="kbd kbd-sm">g</kbd> <kbd className="kbd kbd-sm">{key}</kbd>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
