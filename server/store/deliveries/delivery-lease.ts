/**
 * The lease of a delivery, as parts of SQL: who may send an outcome, and until when. It ends with its time or with its
 * holder; no index names its columns, so that taking it changes the row alone.
 */

/** Whether nobody holds it any more. Parameters: now. */
export const leaseIsOver = '(lease_token is null or lease_until <= ?)';

/**
 * Whether it may be claimed: what a replica holds that is no longer among the living is anybody's, and on a store that one
 * process owns alone so is what any process before it held. What the claimer has itself is not: it may be sending it.
 * Parameters: now, the claimer's token.
 */
export const mayBeClaimed = `(lease_token is null or lease_until <= ?
  or (lease_token <> ? and lease_token not in (select name from replicas where seen_at > 0)))`;

/** Ends it, as a part of `set`. */
export const noLease = 'lease_token = null, lease_until = null';
