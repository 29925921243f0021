/**
 * Prices that operators set, each from a date on; and which answers are still to be priced again, since a price was
 * set or taken back for a time that has begun.
 */
export const prices = `
create table prices (
  id integer primary key autoincrement,
  model text not null,
  from_at integer not null,
  -- List prices: nano-dollars for a million tokens.
  input_nano_usd integer not null,
  cached_nano_usd integer not null,
  output_nano_usd integer not null,
  -- What a batch pays of the list price, in millionths.
  batch_ppm integer not null,
  updated_at integer not null,
  updated_by text not null
) strict;
-- Which price of a model holds at a time?
create unique index prices_by_model on prices (model, from_at);

create table repricings (
  model text not null primary key,
  -- Answers that came before keep their price.
  from_at integer not null,
  -- How far it has come: this batch, behind this request.
  batch_id integer not null,
  request_id integer not null
) strict;
`;

export const pricesUndone = `
drop table repricings;
drop table prices;
`;
