import { Dialog } from '../../ui/dialog.tsx';
import { places } from './nav.tsx';

const keys: readonly (readonly [string, string])[] = [
  ['?', 'this help'],
  ['/', 'search'],
  ['Ctrl K', 'go to a page or an id'],
  ...places.map(({ key, word }) => [`g ${key}`, word] as const),
  ['j k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['Esc', 'back'],
  ['x', 'select the row'],
  ['.', 'actions'],
  ['c', 'copy the id'],
  ['t', 'theme: system, light, dark'],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="grid grid-cols-[6rem_1fr] gap-y-1.5">
        {keys.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              {key.split(' ').map((one) => (
                <kbd key={one} className="kbd kbd-sm mr-1">
                  {one}
                </kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
