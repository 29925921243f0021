/** What the floors of bulk insert, made beforehand: only the inserts are timed. */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export type Rows = Awaited<ReturnType<typeof readRows>>;

export async function readRows(path: string) {
  const rows: { id: string; url: string; model: string; delivery: string; body: Buffer; hash: Buffer }[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const post = JSON.parse(line);
    rows.push({
      id: post.custom_id,
      url: post.url,
      model: post.body.model,
      delivery: JSON.stringify(post.delivery_config),
      body: Buffer.from(JSON.stringify(post.body)),
      hash: hash('sha256', line, 'buffer'),
    });
  }
  return rows;
}
