/** Two questions that were answered by reading whole tables, or whole batches. */
export const searches = `
-- Whose file is this? Written when a batch learns the file's id.
create index batches_by_input_file on batches (openai_input_file_id) where openai_input_file_id is not null;
create index batches_by_output_file on batches (openai_output_file_id) where openai_output_file_id is not null;
create index batches_by_error_file on batches (openai_error_file_id) where openai_error_file_id is not null;
-- Which errors has a batch? Only requests that have one are in it.
create index requests_by_error on requests (batch_id, error_code) where error_code is not null;
`;

export const searchesUndone = `
drop index requests_by_error;
drop index batches_by_error_file;
drop index batches_by_output_file;
drop index batches_by_input_file;
`;
