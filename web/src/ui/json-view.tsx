/** JSON to read: set out or as it came, wrapped or not, searched; only so much of it at once. */
import { useDeferredValue, useMemo, useState } from 'react';
import { bytes, plural } from '../lib/numbers.ts';
import { prettyJson } from '../lib/pretty-json.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-text.tsx';

/** A page stays smooth with this many characters; the next are one click away. */
const stepLength = 100_000;
const mostMarks = 500;

interface JsonViewProps {
  readonly text: string;
  readonly what: string;
  /** Of the whole, in bytes. */
  readonly size: number;
  /** Whether `text` is all of it. */
  readonly whole: boolean;
  /** Where all of it is had. */
  readonly path: string;
}

export function JsonView({ text, what, size, whole, path }: JsonViewProps) {
  const [pretty, setPretty] = useState(true);
  const [wrap, setWrap] = useState(true);
  const [length, setLength] = useState(stepLength);
  const [wanted, setWanted] = useState('');
  const sought = useDeferredValue(wanted);
  const shown = useMemo(() => {
    const start = text.slice(0, length);
    return pretty ? prettyJson(start) : start;
  }, [pretty, text, length]);
  const parts = useMemo(() => splitAt(shown, sought), [shown, sought]);
  return (
    <div className="rounded-md border border-base-300 min-w-0">
      <div className="flex flex-wrap items-center gap-1 px-2 py-1 border-b border-base-300 bg-base-200 rounded-t-md">
        <input
          className="input input-sm w-36"
          placeholder="Search"
          aria-label={`Search in ${what}`}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        {sought !== '' && (
          <span className="hint" role="status">
            {parts.length > mostMarks ? `${mostMarks}+` : parts.length - 1} found
          </span>
        )}
        <span className="ml-auto hint">{bytes(size)}</span>
        <Button look="bare" pressed={pretty} onClick={() => setPretty(!pretty)}>
          {pretty ? 'As it came' : 'Set out'}
        </Button>
        <Button look="bare" pressed={wrap} onClick={() => setWrap(!wrap)}>
          {wrap ? 'No wrap' : 'Wrap'}
        </Button>
        {whole && <CopyButton text={text} what={what} />}
      </div>
      <pre
        className={`mono p-3 max-h-[28rem] overflow-auto ${wrap ? 'whitespace-pre-wrap break-all' : ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key
        tabIndex={0}
        role="region"
        aria-label={what}
      >
        {parts.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
          <span key={index}>
            {index > 0 && <mark className="bg-warning/40 text-inherit">{sought}</mark>}
            {part}
          </span>
        ))}
      </pre>
      {(!whole || text.length > length) && (
        <p className="px-3 py-1.5 border-t border-base-300 hint">
          The first {plural(Math.min(length, text.length), 'character')} of {bytes(size)}.{' '}
          {text.length > length && (
            <Button look="bare" onClick={() => setLength(length + stepLength)}>
              Show more
            </Button>
          )}{' '}
          <a className="link" href={path} download>
            Download all
          </a>
        </p>
      )}
    </div>
  );
}

function splitAt(text: string, sought: string): string[] {
  if (sought === '') return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf(sought); at >= 0 && parts.length < mostMarks; at = text.indexOf(sought, from)) {
    parts.push(text.slice(from, at));
    from = at + sought.length;
  }
  return [...parts, text.slice(from)];
}
