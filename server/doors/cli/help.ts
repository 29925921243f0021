/** The help texts, from the table of commands. */
import type { Command, Option } from './command.ts';
import { commands } from './commands.ts';
import { alignColumns } from './write-out.ts';

export const programName = 'openai-batch-manager';

export function helpOfAll(): string {
  const rows = commands.map(({ name, args, summary }) => [
    `  ${name}${args === undefined ? '' : ` ${args}`}`,
    summary,
  ]);
  return `Usage: ${programName} COMMAND [OPTIONS]

Send one LLM request now, receive its answer later, at the price of OpenAI's Batch API.

Commands:
${alignColumns(rows)}
  ${programName} COMMAND --help   tells more about a command
  ${programName} --version        tells the version

Settings come from the environment and from a file .env in this folder. Exit codes: 0 ok, 1 failed, 2 wrong usage.
`;
}

export function helpOfCommand(command: Command): string {
  const { name, args, about, options, examples } = command;
  const rows = Object.entries(options).map(([option, spec]) => [`  ${flagOf(option, spec)}`, spec.about]);
  const usage = [programName, name, args, rows.length > 0 ? '[OPTIONS]' : undefined];
  const parts = [`Usage: ${usage.filter((part) => part !== undefined).join(' ')}`, about];
  if (rows.length > 0) parts.push(`Options:\n${alignColumns(rows).trimEnd()}`);
  if (examples.length > 0) parts.push(`Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

function flagOf(name: string, { value }: Option): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}`;
}
