import type { ReactNode } from 'react';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly key: string; readonly word: ReactNode }[];
  readonly current: string;
  readonly onChange: (key: string) => void;
}

/** Tabs whose choice stands in the address. */
export function Tabs({ label, tabs, current, onChange }: TabsProps) {
  return (
    <div
      className="flex flex-wrap gap-1 border-b border-base-300 mb-3 mt-5"
      role="tablist"
      aria-label={label}
    >
      {tabs.map(({ key, word }) => (
        <button
          key={key}
          type="button"
          role="tab"
          id={`tab-${key}`}
          aria-selected={key === current}
          aria-controls="tab-panel"
          className={`px-2 sm:px-3 h-9 -mb-px border-b-2 cursor-pointer whitespace-nowrap ${key === current ? 'border-primary font-medium' : 'border-transparent text-muted hover:text-base-content'}`}
          onClick={() => onChange(key)}
        >
          {word}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ current, children }: { readonly current: string; readonly children: ReactNode }) {
  return (
    <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${current}`}>
      {children}
    </div>
  );
}
