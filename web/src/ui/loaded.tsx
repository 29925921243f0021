/** Shows what a query brought, or which kind of nothing it is. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Empty } from './empty.tsx';
import { SkeletonRows } from './skeleton.tsx';

export interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
}

interface LoadedProps<T> {
  readonly asked: Asked<T>;
  /** What is being loaded, for "Could not load the batches". */
  readonly what: string;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}

/** What was shown stays when a later look fails: the failure stands above it. */
export function Loaded<T>({ asked, what, rows, children }: LoadedProps<T>) {
  const { data, error } = asked;
  if (data === undefined && error) return <NotLoaded what={what} asked={asked} error={error} />;
  if (data === undefined) return <SkeletonRows label={`Loading ${what}`} {...(rows ? { rows } : {})} />;
  return (
    <>
      {error && (
        <p className="text-watch hint mb-2" role="status">
          Shown as last seen; could not load {what} again: {error.message}{' '}
          <Button look="bare" onClick={() => asked.refetch()}>
            Retry
          </Button>
        </p>
      )}
      {children(data)}
    </>
  );
}

function NotLoaded<T>({ what, asked, error }: { what: string; asked: Asked<T>; error: Error }) {
  return (
    <Empty kind="not_loaded" title={`Could not load ${what}`}>
      <p className="mb-3">{error.message}</p>
      <Button busy={asked.isFetching} onClick={() => asked.refetch()}>
        Retry
      </Button>
    </Empty>
  );
}
