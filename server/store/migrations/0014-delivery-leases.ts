/**
 * A delivery's lease has a column of its own, as a batch's has. No index names it: so a claim is a change of the row
 * alone, and on PostgreSQL its new version stays on its page (a heap-only tuple), for which half of each page is kept free.
 */
export const deliveryLeases = `
alter table requests add column lease_until integer;
-- Until now a claim moved the due time to the end of its lease.
update requests set lease_until = due_at, due_at = updated_at where state = 'delivering' and lease_token is not null;
`;

/** A row lives through five new versions, and its pages are used again by them: they end smaller than full ones do. */
export const deliveryLeasesOnPostgres = 'alter table requests set (fillfactor = 50);';

export const deliveryLeasesUndone = `
update requests set due_at = lease_until where state = 'delivering' and lease_token is not null and lease_until > due_at;
alter table requests drop column lease_until;
`;
