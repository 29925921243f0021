/** Sessions that somebody ended before their time: whoever copied the cookie has nothing of it. */
export const endedSessions = `
create table ended_sessions (
  id text not null primary key,
  -- When the session would have ended by itself, so that its row is of no use any more.
  until integer not null
) strict;
-- Which of them would have ended by now?
create index ended_sessions_by_until on ended_sessions (until);
`;

export const endedSessionsUndone = `
drop table ended_sessions;
`;
