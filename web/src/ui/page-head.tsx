import { type ReactNode, useEffect } from 'react';

interface PageHeadProps {
  readonly title: string;
  /** In the browser's tab, when it differs. */
  readonly tab?: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

export function PageHead({ title, tab, children, actions }: PageHeadProps) {
  useEffect(() => {
    document.title = `${tab ?? title} · OpenAI Batch Manager`;
  }, [title, tab]);
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 mb-4">
      <h1 className="break-all min-w-0">{title}</h1>
      {children}
      {actions && <div className="ml-auto flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}
