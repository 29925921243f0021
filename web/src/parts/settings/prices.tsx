/** What each model costs, and prices of the operator's own: each from a date on. */
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import type { PriceList } from '../../api/types.ts';
import { count, perMillion } from '../../lib/numbers.ts';
import { absolute } from '../../lib/time.ts';
import { Badge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { OrderButton } from '../orders/order-button.tsx';
import { SetPrice } from './set-price.tsx';

type ModelPrice = PriceList['models'][number];
type OwnPrice = PriceList['data'][number];

const tones = { set: 'watch', 'price list': 'quiet', none: 'bad' } as const;
const words = { set: 'set here', 'price list': 'price list', none: 'no price' } as const;

function ModelName({ model }: { readonly model: string }) {
  return (
    <span className="mono block max-w-72 truncate" title={model}>
      <bdi>{model}</bdi>
    </span>
  );
}

function priceColumns(key: 'list' | 'batch', word: string): readonly Column<ModelPrice>[] {
  const of = ({ [key]: price }: ModelPrice, name: keyof NonNullable<ModelPrice['list']>) =>
    price === null ? 'unknown' : perMillion(price[name]);
  return [
    {
      key: `${key}-in`,
      head: `${word} in`,
      number: true,
      wide: key === 'list',
      cell: (row) => of(row, 'input_nano_usd'),
    },
    {
      key: `${key}-cached`,
      head: `${word} cached`,
      number: true,
      wide: true,
      cell: (row) => of(row, 'cached_nano_usd'),
    },
    {
      key: `${key}-out`,
      head: `${word} out`,
      number: true,
      wide: key === 'list',
      cell: (row) => of(row, 'output_nano_usd'),
    },
  ];
}

const modelColumns: readonly Column<ModelPrice>[] = [
  { key: 'model', head: 'Model', cell: ({ model }) => <ModelName model={model} /> },
  ...priceColumns('list', 'List'),
  ...priceColumns('batch', 'Batch'),
  {
    key: 'source',
    head: 'From',
    cell: ({ source, from, dearer_above_tokens: above }) => (
      <span className="inline-flex gap-2 items-center">
        <Badge tone={tones[source]} word={words[source]} />
        {from !== null && (
          <span className="hint">
            since <When at={from} />
          </span>
        )}
        {above !== null && <span className="hint">dearer above {count(above)} tokens</span>}
      </span>
    ),
  },
];

const ownColumns: readonly Column<OwnPrice>[] = [
  { key: 'model', head: 'Model', cell: ({ model }) => <ModelName model={model} /> },
  { key: 'from', head: 'Holds from', cell: ({ from }) => <When at={from} /> },
  { key: 'in', head: 'In', number: true, cell: (row) => perMillion(row.input_nano_usd) },
  { key: 'cached', head: 'Cached', number: true, wide: true, cell: (row) => perMillion(row.cached_nano_usd) },
  { key: 'out', head: 'Out', number: true, cell: (row) => perMillion(row.output_nano_usd) },
  {
    key: 'factor',
    head: 'Batch pays, %',
    number: true,
    wide: true,
    cell: (row) => count(row.batch_factor * 100),
  },
  {
    key: 'by',
    head: 'Set',
    wide: true,
    cell: (row) => (
      <span>
        <When at={row.set_at} /> by <bdi>{row.set_by}</bdi>
      </span>
    ),
  },
  {
    key: 'remove',
    head: <span className="sr-only">Actions</span>,
    cell: ({ id, model, from }) => (
      <OrderButton
        order={{
          label: 'Take back',
          method: 'DELETE',
          path: `/api/prices/${id}`,
          danger: true,
          confirm: {
            title: `Take the price of ${model} back?`,
            text: `The price before ${absolute(Date.parse(from))}, or the price list, holds again; answers that have come since are priced again.`,
            yes: 'Take it back',
          },
          done: `The price of ${model} is taken back.`,
        }}
      />
    ),
  },
];

export function Prices() {
  const asked = useQuery({
    queryKey: ['prices'],
    queryFn: ({ signal }) => call<PriceList>('/api/prices', { signal }),
    refetchInterval: ({ state: { data } }) => (data && data.repricing.length > 0 ? 1_000 : 30_000),
  });
  return (
    <Loaded asked={asked} what="the prices">
      {({ data, models, repricing }) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <p className="text-muted max-w-3xl">
            US dollars for a million tokens. A price that is set here goes before the price list from its date
            on, in every figure of money. A model without a price has no cost: its answers are in no sum.
          </p>
          <SetPrice models={models.map(({ model }) => model)} />
          <p className="hint min-h-5" role="status">
            {repricing.length > 0 && `Answers of ${repricing.join(', ')} are being priced again.`}
          </p>
          {data.length > 0 && (
            <section>
              <h2 className="mb-1">Prices set here</h2>
              <Table
                caption="Prices set here"
                columns={ownColumns}
                rows={data}
                keyOf={({ id }) => String(id)}
              />
            </section>
          )}
          <section>
            <h2 className="mb-1">What each model costs now</h2>
            {models.length === 0 ? (
              <Empty kind="nothing_yet" title="No model was asked for yet" />
            ) : (
              <Table
                caption="What each model costs now"
                columns={modelColumns}
                rows={models}
                keyOf={({ model }) => model}
              />
            )}
          </section>
        </div>
      )}
    </Loaded>
  );
}
