/**
 * What a batch must remember so that an ordered restart goes on after a kill, and when its input file was made by the
 * provider's own clock: nothing that was created from the file can be older.
 */
export const restarts = `
alter table batches add column restart_requested_at integer;
alter table batches add column restart_requested_by text;
alter table batches add column openai_input_file_created_at integer;
`;

/** Undoes it. A restart that is under way must have ended. */
export const restartsUndone = `
alter table batches drop column openai_input_file_created_at;
alter table batches drop column restart_requested_by;
alter table batches drop column restart_requested_at;
`;
