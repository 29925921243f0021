/**
 * What the console asks for and could not be had without reading every request: figures of each hour and day,
 * counted in the transactions that write the rows anyway, and the list of what people ordered.
 */
export const consoleFigures = `
create table hour_counts (
  hour integer not null,
  batch_key_id integer not null,
  accepted integer not null default 0,
  succeeded integer not null default 0,
  failed integer not null default 0,
  expired integer not null default 0,
  cancelled integer not null default 0,
  delivered integer not null default 0,
  delivery_failed integer not null default 0,
  primary key (hour, batch_key_id)
) strict;

create table day_costs (
  tag text not null,
  day integer not null,
  batch_key_id integer not null,
  answered integer not null default 0,
  unpriced integer not null default 0,
  input_tokens integer not null default 0,
  cached_tokens integer not null default 0,
  output_tokens integer not null default 0,
  reasoning_tokens integer not null default 0,
  list_nano_usd integer not null default 0,
  paid_nano_usd integer not null default 0,
  primary key (day, batch_key_id, tag)
) strict;

create table actions (
  id integer primary key autoincrement,
  key text not null,
  action text not null,
  subject text not null,
  actor text not null,
  started_at integer not null,
  ended_at integer,
  status integer,
  message text
) strict;
create unique index actions_running on actions (key) where ended_at is null;

create index transitions_by_time on transitions (at);
create index batches_settled on batches (settled_at) where settled_at is not null;
create index batches_leased on batches (lease_until) where lease_until is not null;
create index batches_troubled on batches (last_error_at) where last_error is not null;
`;

export const consoleFiguresUndone = `
drop index batches_troubled;
drop index batches_leased;
drop index batches_settled;
drop index transitions_by_time;
drop table actions;
drop table day_costs;
drop table hour_counts;
`;
