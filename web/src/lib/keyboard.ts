/** Single keys and the two-step `g …`. The newest listener that knows a key gets it. */
import { useEffect, useRef } from 'react';

type Keys = Readonly<Record<string, (() => void) | undefined>>;

const layers: { current: Keys }[] = [];
let leader: { readonly key: string; readonly at: number } | null = null;
/** How long `g` waits for its second key. */
const leaderMs = 1_500;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function nameOf(event: KeyboardEvent): string {
  if (event.ctrlKey || event.metaKey) return `mod+${event.key.toLowerCase()}`;
  return event.key;
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  const name = nameOf(event);
  const dialogOpen = document.querySelector('dialog[open]') !== null;
  if (!name.startsWith('mod+') && (isTyping(event.target) || dialogOpen)) return;
  const step = leader && event.timeStamp - leader.at < leaderMs ? `${leader.key} ${name}` : null;
  leader = null;
  // A focused button or link keeps its own Enter.
  if (name === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a,button')) return;
  for (const wanted of step ? [step, name] : [name]) {
    for (const layer of layers.toReversed()) {
      const act = layer.current[wanted];
      if (!act) continue;
      event.preventDefault();
      act();
      return;
    }
  }
  if (name === 'g') leader = { key: 'g', at: event.timeStamp };
}

/** Listens as long as the component is shown. Names are `KeyboardEvent.key`, `g o`, `mod+k`. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys);
  layer.current = keys;
  useEffect(() => {
    if (layers.length === 0) window.addEventListener('keydown', press);
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener('keydown', press);
    };
  }, []);
}
