/**
 * Destinations as data: policy, secrets, health and a place in the dispatcher's round; redelivery as a duty that
 * survives a kill; attempts that outlive their request.
 *
 * `look_at` is when the dispatcher looks at a destination next, or null while it has nothing to do there. It is
 * never later than its first due request may be sent, and never earlier than `blocked_until`.
 */
export const destinations = `
alter table destinations add column version integer not null default 0;
alter table destinations add column updated_at integer;
alter table destinations add column updated_by text;
alter table destinations add column schedule_ms text;
alter table destinations add column connect_timeout_ms integer;
alter table destinations add column answer_timeout_ms integer;
alter table destinations add column concurrency integer;
alter table destinations add column rate_per_s integer;
alter table destinations add column breaker_off integer not null default 0;
alter table destinations add column sealed text;
alter table destinations add column secret_overlap_until integer;
alter table destinations add column paused_at integer;
alter table destinations add column paused_by text;
alter table destinations add column breaker text not null default 'closed';
alter table destinations add column breaker_opened_at integer;
alter table destinations add column failures integer not null default 0;
alter table destinations add column failing_since integer;
alter table destinations add column probes integer not null default 0;
alter table destinations add column recovering_since integer;
alter table destinations add column last_success_at integer;
alter table destinations add column last_failure_at integer;
alter table destinations add column last_failure text;
alter table destinations add column last_error text;
alter table destinations add column success_count integer not null default 0;
alter table destinations add column failure_count integer not null default 0;
alter table destinations add column success_ppm integer;
alter table destinations add column latency_us integer;
alter table destinations add column rate_used_us integer not null default 0;
alter table destinations add column blocked_until integer not null default 0;
alter table destinations add column look_at integer;
update destinations set look_at = 0;
-- Which destinations may have something to send? By turns: who waits longest is first.
create index destinations_look on destinations (type, look_at) where look_at is not null;
-- Which are broken, or have just recovered?
create index destinations_open on destinations (breaker) where breaker = 'open';
create index destinations_recovering on destinations (recovering_since) where recovering_since is not null;

-- What of a destination has failed?
create index requests_failed_by_destination on requests (destination_id) where state = 'delivery_failed';

alter table attempts add column custom_id text;
alter table attempts add column config text;
-- The history of a destination, newest first.
create index attempts_by_destination on attempts (destination_id);
alter table batches add column attempts_kept integer not null default 0;

create table redeliveries (
  id integer primary key autoincrement,
  filter text not null,
  state text not null,
  matching integer,
  redelivered integer not null default 0,
  looked_before integer,
  due_at integer,
  lease_token text,
  last_error text,
  created_at integer not null,
  created_by text not null,
  ended_at integer,
  ended_by text
) strict;
create index redeliveries_due on redeliveries (due_at) where due_at is not null;
`;

/** Undoes it: whatever was set on destinations is lost. */
export const destinationsUndone = `
drop table redeliveries;
drop index attempts_by_destination;
drop index requests_failed_by_destination;
drop index destinations_recovering;
drop index destinations_open;
drop index destinations_look;
alter table batches drop column attempts_kept;
alter table attempts drop column config;
alter table attempts drop column custom_id;
${[
  'look_at',
  'blocked_until',
  'rate_used_us',
  'latency_us',
  'success_ppm',
  'failure_count',
  'success_count',
  'last_error',
  'last_failure',
  'last_failure_at',
  'last_success_at',
  'recovering_since',
  'probes',
  'failing_since',
  'failures',
  'breaker_opened_at',
  'breaker',
  'paused_by',
  'paused_at',
  'secret_overlap_until',
  'sealed',
  'breaker_off',
  'rate_per_s',
  'concurrency',
  'answer_timeout_ms',
  'connect_timeout_ms',
  'schedule_ms',
  'updated_by',
  'updated_at',
  'version',
]
  .map((column) => `alter table destinations drop column ${column};`)
  .join('\n')}
`;
