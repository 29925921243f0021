/** TypeScript that the documents print passes the project's own strict check. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot } from '../../demo/start-service.ts';
import { documents, readBlocks, useOf } from './blocks.ts';

test('programs of the documents have no type error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const programs = documents.flatMap(readBlocks).filter(({ language }) => language === 'ts');
  for (const program of programs) {
    const use = useOf(program);
    if (use.kind === 'file') writeFileSync(join(folder, use.name), program.text);
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const config = { extends: join(projectRoot, 'tsconfig.json'), include: ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const said = await new Promise<string>((resolve) => {
    const tsc = join(projectRoot, 'node_modules', '.bin', 'tsc');
    execFile(tsc, ['--noEmit', '-p', folder], (_error, out, err) => resolve(out + err));
  });
  expect(programs.length).toBeGreaterThan(0);
  expect(said).toBe('');
});
