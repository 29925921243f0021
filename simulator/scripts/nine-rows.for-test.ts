/** Nine rows, of which a script chooses every third. */
import { expect } from 'vitest';
import { chatLines, type Kit } from '../kit.for-test.ts';

/** Looks whether a script does what it says. */
export type Check = (kit: Kit) => Promise<void>;

/** Runs nine rows and looks at the two files; the third, sixth and ninth line are the chosen ones. */
export function nineRows(
  look: (files: Awaited<ReturnType<typeof readBoth>>, kit: Kit) => void | Promise<void>,
): Check {
  return async (kit) => look(await readBoth(kit), kit);
}

export async function readBoth(kit: Kit) {
  const batch = await kit.run(chatLines(9));
  expect(batch.status).toBe('completed');
  const text = async (id: string | null | undefined) => (id ? await kit.readText(id) : '');
  const outputText = await text(batch.output_file_id);
  const errorText = await text(batch.error_file_id);
  const parse = (whole: string) =>
    whole
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map(parseOrNull);
  const read = (whole: string) => parse(whole).filter((line) => line !== null);
  return { batch, outputText, errorText, output: read(outputText), errors: read(errorText) };
}

export function parseOrNull(
  line: string,
): { custom_id: string; response: { status_code: number } | null } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

export const chosen = ['row-3', 'row-6', 'row-9'];
export const ids = (lines: { custom_id: string }[]): string[] => lines.map((line) => line.custom_id).sort();
