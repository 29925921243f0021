/** The part of a document that a run writes. */
import { spreadOf } from './figures.ts';

/**
 * Replaces what stands between the markers.
 *
 * @param name of the table: `sqlite` or `postgres`
 * @throws Error when the document has no markers, or more than one pair
 */
export function replaceTable(document: string, name: string, table: string): string {
  const start = `<!-- bench ${name} -->`;
  const end = `<!-- /bench ${name} -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document lacks the lines ${start} and ${end}`);
  if (document.lastIndexOf(start) !== from) throw new Error(`the document has ${start} twice`);
  return `${document.slice(0, from + start.length)}\n${table}\n${document.slice(to)}`;
}

/** What a reader must know to compare: when, on what, and how busy it was. */
export function describeMachine(facts: {
  readonly date: string;
  readonly cpus: number;
  readonly cpu: string;
  readonly node: string;
  readonly load: number;
  readonly command: string;
}): string {
  return (
    `${facts.date}, ${facts.cpus} × ${facts.cpu}, Node ${facts.node}, ` +
    `load of the machine before ${facts.load.toFixed(1)}; \`${facts.command}\``
  );
}

/** How steady the machine was meanwhile: what the same piece of work took before each pair. */
export function describeYardstick(micros: readonly number[]): string {
  if (micros.length === 0) return '';
  const { median, least, most } = spreadOf(micros);
  const [middle, from, to] = [median, least, most].map((value) => value.toFixed(1));
  return `; yardstick ${middle} µs (${from} to ${to})`;
}
