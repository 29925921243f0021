/**
 * Code blocks of a document and what their fences say.
 *
 * - `sh`: run, in the order of the document
 * - `sh stays`: started, and left running until the document ends
 * - `sh stopped`: run while the service is stopped
 * - `sh not-run NAME`: cannot be run here; NAME stands in not-run.ts with the reason
 * - `ts FILE`, `python FILE`: kept as FILE, which a later block must run
 * - `text output`: what the block before writes, where `…` stands for anything
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../demo/start-service.ts';

export interface Block {
  readonly language: string;
  /** The words behind the language. */
  readonly words: readonly string[];
  readonly text: string;
  /** Where it is: the document's path and the line of the opening fence, 1 for the first. */
  readonly document: string;
  readonly line: number;
}

/** README.md and what is in docs/, decisions left out. */
export const documents = ['README.md', ...globSync('docs/{*.md,guide/*.md}', { cwd: projectRoot }).sort()];

/** Every fenced block of a document, also inside lists. @throws Error when a fence is left open */
export function readBlocks(document: string): Block[] {
  const markdown = readFileSync(join(projectRoot, document), 'utf8');
  const blocks: Block[] = [];
  let open: { info: string; indent: number; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, indent = '', info = ''] = /^( *)```(.*)$/.exec(line) ?? [];
    const isFence = line.trimStart().startsWith('```');
    if (!isFence) open?.lines.push(line.slice(open.indent));
    else if (!open) open = { info: info.trim(), indent: indent.length, line: index + 1, lines: [] };
    else {
      const [language = '', ...words] = open.info.split(/\s+/);
      blocks.push({ language, words, text: open.lines.join('\n'), document, line: open.line });
      open = undefined;
    }
  }
  if (open) throw new Error(`${document}:${open.line}: the block has no end`);
  return blocks;
}

/** What a test does with a block. */
export type Use =
  | { readonly kind: 'run'; readonly how: 'here' | 'stays' | 'stopped' }
  | { readonly kind: 'not-run'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'output' }
  | { readonly kind: 'shown' };

/** Languages that are shown only. */
const shown: ReadonlySet<string> = new Set(['text', 'json', 'mermaid', 'ini', 'nginx']);

/** @throws Error for a fence that nobody could test */
export function useOf({ language, words, document, line }: Block): Use {
  const [word, name] = words;
  const count = words.length;
  if (language === 'sh') {
    if (count === 0) return { kind: 'run', how: 'here' };
    if (count === 1 && (word === 'stays' || word === 'stopped')) return { kind: 'run', how: word };
    if (count === 2 && word === 'not-run' && name !== undefined) return { kind: 'not-run', name };
  }
  if ((language === 'ts' || language === 'python') && count === 1 && word !== undefined) {
    return { kind: 'file', name: word };
  }
  if (language === 'text' && count === 1 && word === 'output') return { kind: 'output' };
  if (shown.has(language) && count === 0) return { kind: 'shown' };
  throw new Error(
    `${document}:${line}: "${[language, ...words].join(' ')}" is no fence of ours, see blocks.ts`,
  );
}
