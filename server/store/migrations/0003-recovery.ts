/** What a batch must remember so that its successors differ from it: why it failed, and how it was cut. */
export const recovery = `
alter table batches add column failure text;
alter table batches add column refusals integer not null default 0;
alter table batches add column row_limit integer;
alter table batches add column reuploads integer not null default 0;
`;

/** Undoes it. */
export const recoveryUndone = `
alter table batches drop column reuploads;
alter table batches drop column row_limit;
alter table batches drop column refusals;
alter table batches drop column failure;
`;
