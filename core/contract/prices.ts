/** Prices as the API shows and takes them: integer nano-dollars (1e-9 USD) for a million tokens. */
import Type from 'typebox';
import { priceBounds } from '../own-price.ts';

const nullable = <T extends Type.TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
const time = () => Type.String({ format: 'date-time' });
const nano = () => Type.Integer({ minimum: 0, maximum: priceBounds.mostNanoUsd });
const factor = () =>
  Type.Number({ minimum: 0, maximum: 1, description: 'What a batch pays of the list price; 0.5 is half.' });

const RatesSchema = Type.Object({
  input_nano_usd: Type.Integer(),
  cached_nano_usd: Type.Integer({ description: 'Input tokens that came from a cache.' }),
  output_nano_usd: Type.Integer(),
});

export const NewPriceSchema = Type.Object(
  {
    model: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'As producers name it; a dated name is a model of its own.',
    }),
    from: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'From when on it holds; now when left out. What has come since is priced again.',
      }),
    ),
    input_nano_usd: nano(),
    cached_nano_usd: Type.Optional(nano()),
    output_nano_usd: nano(),
    batch_factor: Type.Optional(factor()),
  },
  { additionalProperties: false },
);
export type NewPrice = Type.Static<typeof NewPriceSchema>;

export const PricesSchema = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.Integer(),
      model: Type.String(),
      from: time(),
      ...RatesSchema.properties,
      batch_factor: factor(),
      set_at: time(),
      set_by: Type.String(),
    }),
    { description: 'Prices that were set, by model, the latest first.' },
  ),
  models: Type.Array(
    Type.Object({
      model: Type.String(),
      source: Type.Enum(['set', 'price list', 'none'], {
        description: 'none: no price is known, and its answers are in no sum of money.',
      }),
      from: nullable(time(), 'Since when the price that was set holds.'),
      list: nullable(RatesSchema, 'For a prompt of ordinary length.'),
      batch: nullable(RatesSchema),
      dearer_above_tokens: nullable(
        Type.Integer(),
        'Where the price list has a higher price for longer prompts.',
      ),
    }),
    { description: 'Every model that was asked for or has a price, with what holds now; the first 500.' },
  ),
  repricing: Type.Array(Type.String(), { description: 'Models whose answers are being priced again.' }),
});
