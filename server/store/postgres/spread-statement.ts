/**
 * Turns a statement for one set of parameters into one statement for many: the sets come as arrays, one for each
 * parameter, and are joined as rows. One round trip and one plan, however many rows.
 */
import { nameParameters } from './number-parameters.ts';

export interface SpreadStatement {
  readonly sql: string;
  /**
   * What comes back: a row with the position `n` of each set that changed a row; or one row with how many were
   * inserted and, where that is not all, the first value of each as JSON.
   */
  readonly returns: 'positions' | 'first values';
}

const insert = /^\s*insert into (\w+)\s*\(([^)]*)\)\s*values\s*\(([\s\S]*?)\)\s*(on conflict[\s\S]*)?$/i;
const update = /^\s*update (\w+)\s+set\s+([\s\S]*?)\s+where\s+([\s\S]*)$/i;
const removal = /^\s*delete from (\w+)\s+where\s+([\s\S]*)$/i;

/**
 * @param types of the parameters, in their order
 * @throws Error when the statement has none of the three forms that can be spread
 */
export function spreadStatement(sql: string, types: readonly string[]): SpreadStatement {
  const names = types.map((_, index) => `p${index + 1}`);
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`);
  const sets = `unnest(${arrays.join(', ')}) with ordinality as each_set (${[...names, 'n'].join(', ')})`;
  const spread = nameParameters(sql, (n) => `each_set.p${n}`);
  const [, into, columns = '', values, conflict = ''] = insert.exec(spread) ?? [];
  if (into !== undefined) {
    const first = columns.split(',')[0]?.trim();
    const head = `insert into ${into} (${columns}) select ${values} from ${sets} order by each_set.n`;
    return {
      sql: `with changed as (${head} ${conflict} returning ${into}.${first} as first)
        select count(*) as inserted, case when count(*) < cardinality($1) then coalesce(json_agg(first), '[]') end as firsts
        from changed`,
      returns: 'first values',
    };
  }
  const [, changed, set, condition] = update.exec(spread) ?? [];
  if (changed !== undefined) {
    const head = `update ${changed} set ${set} from ${sets}`;
    return { sql: `${head} where ${condition} returning each_set.n`, returns: 'positions' };
  }
  const [, removed, which] = removal.exec(spread) ?? [];
  if (removed !== undefined) {
    const head = `delete from ${removed} using ${sets}`;
    return { sql: `${head} where ${which} returning each_set.n`, returns: 'positions' };
  }
  throw new Error(`this statement cannot run for many sets at once: ${sql}`);
}
