import type { Batch } from '../../api/types.ts';
import { bytes, compact, count } from '../../lib/numbers.ts';
import { batchTones, inWords } from '../../lib/tones.ts';
import { Badge } from '../../ui/badge.tsx';
import type { Column } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

export const batchColumns: readonly Column<Batch>[] = [
  { key: 'id', head: 'Batch', cell: (batch) => <span className="mono">{batch.id}</span> },
  { key: 'model', head: 'Model', cell: (batch) => batch.model },
  {
    key: 'state',
    head: 'State',
    cell: (batch) => <Badge tone={batchTones[batch.state]} word={inWords(batch.state)} />,
  },
  { key: 'requests', head: 'Requests', number: true, cell: (batch) => count(batch.request_count) },
  { key: 'size', head: 'Size', number: true, wide: true, cell: (batch) => bytes(batch.size_bytes) },
  { key: 'tokens', head: 'Tokens', number: true, wide: true, cell: (b) => compact(b.estimated_input_tokens) },
  { key: 'created', head: 'Created', cell: (batch) => <When at={batch.created_at} /> },
];
