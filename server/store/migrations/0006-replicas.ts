/** Processes that share the database: who lives, so that the work of the dead goes on within seconds. */
export const replicas = `
create table replicas (
  name text not null primary key,
  role text not null,
  version text not null,
  started_at integer not null,
  seen_at integer not null
) strict;

-- Which batches does a dead replica hold?
create index batches_owned on batches (lease_owner) where lease_token is not null;
`;

export const replicasUndone = `
drop index batches_owned;
drop table replicas;
`;
