/** A picture with its sentence, and the same figures as a table for whoever wants them so. */
import { ChartNoAxesColumn, Table2 } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';

export interface Facts {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

interface FigureProps {
  readonly title: string;
  /** One sentence that says what the picture shows. */
  readonly summary: string;
  readonly facts: Facts;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
}

export function Figure({ title, summary, facts, children, aside }: FigureProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const Icon = asTable ? ChartNoAxesColumn : Table2;
  return (
    <figure className="panel" aria-labelledby={id}>
      <div className="flex items-start gap-2 mb-1">
        <h2 id={id}>{title}</h2>
        {aside}
        <button
          type="button"
          className="btn btn-ghost btn-xs btn-square ml-auto size-6"
          onClick={() => setAsTable(!asTable)}
        >
          <Icon size={14} aria-hidden="true" />
          <span className="sr-only">
            View {title} as {asTable ? 'picture' : 'table'}
          </span>
        </button>
      </div>
      <figcaption className="hint mb-2">{summary}</figcaption>
      {asTable ? <FactsTable facts={facts} caption={title} /> : children}
    </figure>
  );
}

function FactsTable({ facts, caption }: { readonly facts: Facts; readonly caption: string }) {
  return (
    <div
      className="relative overflow-auto max-h-64"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key
      tabIndex={0}
      role="region"
      aria-label={`${caption}, as table`}
    >
      <table className="rows">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {facts.head.map((head, index) => (
              <th key={head} scope="col" className={index > 0 ? 'num' : ''}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.rows.map((row) => (
            <tr key={String(row[0])}>
              {row.map((cell, index) => (
                <td key={facts.head[index]} className={index > 0 ? 'num' : ''}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
