/** The Node that is needed. This file stays readable for old ones: it is what tells their users. */

/** Brings SQLite with backups, and runs the sources without a build. */
const needed = 24;

/** @returns a sentence for a person whose Node is too old, or null */
export function nodeComplaint(version: string): string | null {
  const major = Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);
  if (major >= needed) return null;
  return `OpenAI Batch Manager needs Node.js ${needed} or newer; this is ${version}. Install it from https://nodejs.org, or run the container.`;
}
