/**
 * Room for several open batches of one {endpoint, model}, each in a slot of its own. Transactions that store at the
 * same time take different slots and so do not wait for each other's commit; where nobody meets, slot 0 is the only
 * one. The figures of an hour are kept by slot for the same reason, and summed up when they are read.
 */
export const slots = `
alter table batches add column slot integer not null default 0;
drop index batches_open;
-- One open batch for each endpoint, model and slot: not a hope.
create unique index batches_open on batches (endpoint, model, slot) where state = 'building';

create table hour_counts_by_slot (
  hour integer not null,
  batch_key_id integer not null,
  slot integer not null,
  accepted integer not null default 0,
  succeeded integer not null default 0,
  failed integer not null default 0,
  expired integer not null default 0,
  cancelled integer not null default 0,
  delivered integer not null default 0,
  delivery_failed integer not null default 0,
  primary key (hour, batch_key_id, slot)
) strict;
insert into hour_counts_by_slot
  select hour, batch_key_id, 0, accepted, succeeded, failed, expired, cancelled, delivered, delivery_failed
  from hour_counts;
drop table hour_counts;
alter table hour_counts_by_slot rename to hour_counts;
`;

/** Where a pair has two open batches the old rule cannot be had back: close them first. */
export const slotsUndone = `
create table hour_counts_of_key (
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
insert into hour_counts_of_key
  select hour, batch_key_id, sum(accepted), sum(succeeded), sum(failed), sum(expired), sum(cancelled),
    sum(delivered), sum(delivery_failed)
  from hour_counts group by hour, batch_key_id;
drop table hour_counts;
alter table hour_counts_of_key rename to hour_counts;
drop index batches_open;
create unique index batches_open on batches (endpoint, model) where state = 'building';
alter table batches drop column slot;
`;
