/**
 * A temporary file that brings answers, which come in any order, into the order of their questions. Memory stays
 * flat at any number of lines; the file goes with the process.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export interface OpenLine {
  /** 1-based line of the input. */
  readonly line: number;
  /** Null where the line holds none. */
  readonly customId: string | null;
}

const pageRows = 200;

export class OrderSpool {
  readonly #folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-spool-'));
  readonly #db: DatabaseSync;
  readonly #add: StatementSync;
  readonly #remove = () => rmSync(this.#folder, { recursive: true, force: true });
  #answer: StatementSync | undefined;
  /** Every line up to this one has been taken out. */
  #taken = 0;
  #lines = 0;
  #answered = 0;

  constructor() {
    process.once('exit', this.#remove);
    this.#db = new DatabaseSync(join(this.#folder, 'lines.db'));
    this.#db.exec(`
      pragma journal_mode = off;
      pragma synchronous = off;
      pragma locking_mode = exclusive;
      pragma cache_size = -32768;
      create table lines (line integer primary key, custom_id text, answer blob) strict;
      begin;
    `);
    this.#add = this.#db.prepare('insert into lines (line, custom_id) values (?, ?)');
  }

  get lines(): number {
    return this.#lines;
  }

  get answered(): number {
    return this.#answered;
  }

  /** Lines come in rising order, and before the first answer. */
  add({ line, customId }: OpenLine): void {
    this.#add.run(line, customId);
    this.#lines += 1;
  }

  /** Gives an answer to one line. */
  answerLine(line: number, answer: Uint8Array): void {
    this.#index();
    this.#answered += Number(
      this.#db.prepare('update lines set answer = ? where line = ? and answer is null').run(answer, line)
        .changes,
    );
  }

  /** Gives an answer to every line with this custom_id that has none; most callers' answers are not ours. */
  answer(customId: string, answer: Uint8Array): void {
    this.#answered += Number(this.#index().run(answer, customId).changes);
  }

  customIdOf(line: number): string | null {
    const row = this.#db.prepare('select custom_id from lines where line = ?').get(line);
    return (row as { custom_id: string | null } | undefined)?.custom_id ?? null;
  }

  /** The first line without an answer. */
  firstOpen(): OpenLine | undefined {
    this.#index();
    return this.#db
      .prepare(
        `select line, custom_id as customId from lines where line > ? and answer is null order by line limit 1`,
      )
      .get(this.#taken) as OpenLine | undefined;
  }

  /** Takes out the answers up to the first line without one, in the order of the lines. */
  *take(): Generator<Uint8Array> {
    this.#index();
    const page = this.#db.prepare('select line, answer from lines where line > ? order by line limit ?');
    for (;;) {
      const rows = page.all(this.#taken, pageRows) as { line: number; answer: Uint8Array | null }[];
      for (const { line, answer } of rows) {
        if (answer === null) return;
        this.#taken = line;
        yield answer;
      }
      if (rows.length < pageRows) return;
    }
  }

  close(): void {
    this.#db.close();
    this.#remove();
    process.off('exit', this.#remove);
  }

  /** Look-up by custom_id is prepared once, when all lines are there. */
  #index(): StatementSync {
    if (this.#answer) return this.#answer;
    this.#db.exec('create index lines_open on lines (custom_id) where answer is null');
    this.#answer = this.#db.prepare('update lines set answer = ? where custom_id = ? and answer is null');
    return this.#answer;
  }
}
