/** What was asked and what came back; large texts only on demand. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { bytes } from '../../lib/numbers.ts';
import { readStart } from '../../lib/read-start.ts';
import { Button } from '../../ui/button.tsx';

/** Fetched beside the request's own figures, so that its texts need not wait for it. */
const viewer = import('../../ui/json-view.tsx');
const JsonView = lazy(() => viewer.then(({ JsonView: view }) => ({ default: view })));

/** Larger than this is fetched when somebody asks. */
const freelyBytes = 300_000;
/** Never more than this comes into the page; the rest is in the download. */
const mostBytes = 1_000_000;

interface PayloadProps {
  readonly title: string;
  readonly path: string;
  readonly size: number;
  /** Changes when the content does. */
  readonly version: string;
}

export function Payload({ title, path, size, version }: PayloadProps) {
  const [wanted, setWanted] = useState(size <= freelyBytes);
  const asked = useQuery({
    queryKey: ['text', path, version],
    queryFn: async ({ signal }) => {
      const answer = await fetch(path, { signal });
      if (answer.ok) return readStart(answer, mostBytes);
      const { errors = [] } = (await answer.json().catch(() => ({}))) as { errors?: [] };
      throw new ApiError(answer.status, errors, `Answered ${answer.status}.`);
    },
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section className="min-w-0">
      <h2 className="mb-1.5">{title}</h2>
      {!wanted ? (
        <p>
          <Button onClick={() => setWanted(true)}>
            {size > mostBytes ? `Show the start of ${bytes(size)}` : `Show ${bytes(size)}`}
          </Button>{' '}
          <a className="link" href={path} download>
            Download
          </a>
        </p>
      ) : asked.error ? (
        <p className="text-muted">{asked.error.message}</p>
      ) : asked.data === undefined ? (
        <p className="text-muted" role="status">
          Loading…
        </p>
      ) : (
        <Suspense fallback={<p className="text-muted">Loading…</p>}>
          <JsonView text={asked.data.text} what={title} size={size} whole={asked.data.whole} path={path} />
        </Suspense>
      )}
    </section>
  );
}
