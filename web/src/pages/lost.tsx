/** Where no page is, and where one broke. */
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';

export function NoSuchPage() {
  return (
    <Empty kind="no_match" title="There is no such page">
      <Link to="/batches" className="link">
        Go to the batches
      </Link>
    </Empty>
  );
}

/** A part of a page threw, or its script could not be fetched: after an update, or while the service is away. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <Empty kind="not_loaded" title="This page could not be shown">
      <p className="mb-3 break-words">{error instanceof Error ? error.message : String(error)}</p>
      <Button onClick={() => window.location.reload()}>Load the page again</Button>
    </Empty>
  );
}
