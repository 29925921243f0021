/** Which models share one queue at OpenAI. */

/** A day (`-2024-07-18`) or an older mark (`-0613`) at the end of a snapshot's name. */
const snapshotMark = /-(\d{4}-\d{2}-\d{2}|\d{4})$/;

/**
 * The family of a model: an alias and its dated snapshots share one cap, and a fine-tuned model counts with the
 * model it was made from (OpenAI, rate limits).
 */
export function familyOf(model: string): string {
  const name = model.trim().toLowerCase();
  const base = name.startsWith('ft:') ? (name.split(':')[1] ?? name) : name;
  return base.replace(snapshotMark, '') || name;
}
