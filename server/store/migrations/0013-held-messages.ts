/**
 * How long a message has been held back by a broken destination, and until when its receiver asked to be left alone.
 * Neither can be read from `due_at`: a probe and a breaker that closes both move it.
 */
export const heldMessages = `
-- Since when an open breaker holds messages back, as their time is counted.
alter table destinations add column holds_since integer;
update destinations set holds_since = breaker_opened_at where breaker = 'open';

-- Since when it has waited for its destination, where a probe has moved its due time.
alter table requests add column held_since integer;
-- Its receiver asked for no attempt before (Retry-After).
alter table requests add column asked_until integer;
-- What of a destination was a probe, and has been held for too long?
create index requests_held on requests (destination_id, held_since) where state = 'delivering' and held_since is not null;
`;

/** Undoes it: the time that probes have been held begins anew. */
export const heldMessagesUndone = `
drop index requests_held;
alter table requests drop column asked_until;
alter table requests drop column held_since;
alter table destinations drop column holds_since;
`;
