/**
 * Which page size, cache, checkpoint and group the SQLite store should have, what each index costs, and what random
 * custom_ids do to the unique one. Not part of `npm run bench`: its answers stand in docs/decisions.
 *
 *     node bench/studies/sqlite-settings.ts [rows stored before, in thousands] [rounds]
 */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { percentile, spreadOf } from '../figures.ts';

interface Variant {
  readonly name: string;
  readonly pageSize: number;
  readonly cacheMb: number;
  readonly checkpointPages: number;
  readonly group: number;
  readonly randomIds: boolean;
  readonly indexes: readonly string[];
  /** Unique by an 8-byte hash of the id instead of by the id; the text is compared on a hit. */
  readonly unique: 'text' | 'hash';
}

const secondary = {
  batch: 'create index requests_by_batch on requests (batch_id, state)',
  created: 'create index requests_by_created_at on requests (created_at)',
  key: 'create index requests_by_key on requests (batch_key_id)',
  state: 'create index requests_by_state on requests (state)',
};

const usual: Variant = {
  name: 'as it is',
  pageSize: 4_096,
  cacheMb: 16,
  checkpointPages: 4_000,
  group: 64,
  randomIds: false,
  indexes: Object.values(secondary),
  unique: 'text',
};

const random: Variant = { ...usual, name: 'random ids', randomIds: true };
const variants: readonly Variant[] = [
  usual,
  ...Object.entries(secondary).map(([name, sql]) => ({
    ...usual,
    name: `without the index on ${name}`,
    indexes: usual.indexes.filter((other) => other !== sql),
  })),
  { ...usual, name: 'no secondary index', indexes: [] },
  ...[8_192, 16_384].map((pageSize) => ({ ...usual, name: `pages of ${pageSize}`, pageSize })),
  ...[1_000, 16_000].map((checkpointPages) => ({
    ...usual,
    name: `checkpoint at ${checkpointPages}`,
    checkpointPages,
  })),
  ...[16, 256].map((group) => ({ ...usual, name: `groups of ${group}`, group })),
  random,
  ...[64, 256].map((cacheMb) => ({ ...random, name: `random ids, ${cacheMb} MB of cache`, cacheMb })),
  { ...random, name: 'random ids, checkpoint at 16000', checkpointPages: 16_000 },
  { ...random, name: 'random ids, pages of 8192', pageSize: 8_192 },
  { ...random, name: 'random ids, groups of 256', group: 256 },
  { ...random, name: 'random ids, unique by hash', unique: 'hash' },
  { ...random, name: 'random ids, unique by hash, 64 MB', unique: 'hash', cacheMb: 64 },
];

const before = Number(process.argv[2] ?? 1_000) * 1_000;
const measured = 40_000;
const bodyBytes = 2_000;
const rounds = Number(process.argv[3] ?? 3);

function idOf(n: number, randomIds: boolean): string {
  return randomIds ? hash('md5', `id ${n}`) : `request-${String(n).padStart(24, '0')}`;
}

/** A database with `before` rows, their indexes made as the variant wants them. */
function makeDatabase(path: string, variant: Variant): DatabaseSync {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  db.exec(`pragma page_size = ${variant.pageSize}; pragma journal_mode = off; pragma synchronous = off;
    pragma cache_size = -400000;
    create table requests (id integer primary key, batch_id integer not null, batch_key_id integer not null,
      custom_id text not null, custom_hash integer, content_hash blob not null, state text not null, delivery text not null,
      line_bytes integer not null, embedding_inputs integer not null, estimated_tokens integer not null,
      created_at integer not null, updated_at integer not null) strict;
    create table request_bodies (request_id integer primary key, body blob not null) strict`);
  db.function('id_of', (n) => idOf(Number(n), variant.randomIds));
  db.function('hash_of', { useBigIntArguments: false }, (id) => hashOf(String(id)));
  db.exec(`begin; insert into requests with recursive n(i) as (select 1 union all select i + 1 from n where i < ${before})
      select i, i / 50000, 1, id_of(i), ${variant.unique === 'hash' ? 'hash_of(id_of(i))' : 'null'}, zeroblob(32), 'delivered',
        '{"type":"none"}', 2090, 1, 500, i, i from n;
    ${variant.indexes.join(';')};
    create ${variant.unique === 'text' ? 'unique index by_id on requests (custom_id)' : 'index by_id on requests (custom_hash)'};
    commit; pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -${variant.cacheMb * 1_024};
    pragma wal_autocheckpoint = ${variant.checkpointPages}; pragma journal_size_limit = 67108864`);
  return db;
}

/** 52 bits, so that it is a plain number here; the collisions of a few million rows are compared by text. */
function hashOf(id: string): number {
  return Number.parseInt(hash('sha1', id).slice(0, 13), 16);
}

/** @returns rows a second, CPU time of a row, the slowest groups, the file */
function measure(variant: Variant): { perSecond: number; cpuUs: number; p99Ms: number; mb: number } {
  const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-study-'));
  const path = join(folder, 'study.db');
  const db = makeDatabase(path, variant);
  const conflict = variant.unique === 'text' ? ' on conflict (custom_id) do nothing' : '';
  const insert = db.prepare(
    `insert into requests values (?, ?, 1, ?, ?, ?, 'pending', ?, 2090, 1, 500, ?, ?)${conflict}`,
  );
  const find = db.prepare('select id, custom_id from requests where custom_hash = ?');
  const insertBody = db.prepare('insert into request_bodies values (?, ?)');
  const body = new Uint8Array(bodyBytes).fill(120);
  const contentHash = new Uint8Array(32);
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (let from = before + 1; from <= before + measured; from += variant.group) {
    const groupAt = performance.now();
    db.exec('begin immediate');
    for (let id = from; id < from + variant.group; id++) {
      const customId = idOf(id, variant.randomIds);
      let hashed: number | null = null;
      if (variant.unique === 'hash') {
        hashed = hashOf(customId);
        if (find.all(hashed).some((row) => row['custom_id'] === customId)) continue;
      }
      insert.run(id, 1_000, customId, hashed, contentHash, '{"type":"none"}', id, id);
    }
    for (let id = from; id < from + variant.group; id++) insertBody.run(id, body);
    db.exec('commit');
    times.push(performance.now() - groupAt);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  db.close();
  const mb = statSync(path).size / 1e6;
  rmSync(folder, { recursive: true, force: true });
  return {
    perSecond: measured / seconds,
    cpuUs: (user + system) / measured,
    p99Ms: percentile(times, 0.99),
    mb,
  };
}

const base: number[] = [];
process.stdout.write(`${before} requests stored before, ${measured} measured, ${rounds} rounds\n`);
process.stdout.write(
  '| variant | rows/s | against the usual | CPU µs/row | p99 of a group, ms | file, MB |\n|---|---|---|---|---|---|\n',
);
for (const variant of variants) {
  const runs = Array.from({ length: rounds }, () => measure(variant));
  const { median, least, most } = spreadOf(runs.map(({ perSecond }) => perSecond));
  if (variant === usual) base.push(median);
  const ratio = (median / (base[0] ?? median)).toFixed(2);
  const p99 = spreadOf(runs.map(({ p99Ms }) => p99Ms)).median.toFixed(1);
  const cpu = spreadOf(runs.map(({ cpuUs }) => cpuUs)).median.toFixed(1);
  const rate = `${Math.round(median)} (${Math.round(least)} to ${Math.round(most)})`;
  process.stdout.write(
    `| ${variant.name} | ${rate} | ${ratio} | ${cpu} | ${p99} | ${runs[0]?.mb.toFixed(0)} |\n`,
  );
}
