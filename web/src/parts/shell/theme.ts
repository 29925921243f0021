/** Light, dark, or what the system says; remembered, and in step across tabs. */
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const order: readonly Theme[] = ['system', 'light', 'dark'];
const listeners = new Set<() => void>();

function read(): Theme {
  try {
    const kept = localStorage.getItem('theme');
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    // Storage may be closed to us; then nothing is remembered.
    return (document.documentElement.dataset['theme'] as Theme | undefined) ?? 'system';
  }
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const listener of listeners) listener();
}

export function nextTheme(): void {
  const theme = order[(order.indexOf(read()) + 1) % order.length] ?? 'system';
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // See read: the theme then lasts as long as the page.
  }
  apply(theme);
}

window.addEventListener('storage', ({ key }) => {
  if (key === 'theme') apply(read());
});

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
