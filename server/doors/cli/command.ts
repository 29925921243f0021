/** What a command is, and what it is given. */
import type { Environment, InspectedSettings } from '../../config/read-settings.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  /** Stands for the value in the help. */
  readonly value?: string;
  readonly about: string;
}

export interface Command {
  /** One word, or two where a command has orders of its own: `keys create`. */
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name: `FILE`, `[CUSTOM_ID]`. */
  readonly args?: string;
  /** How many of them there may be; none when left out. */
  readonly argCount?: { readonly least: number; readonly most: number };
  /** Sentences for the help. */
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  /** @returns the exit code: 0 or 1 */
  readonly run: (call: Call) => Promise<number>;
}

/** One call of a command. */
export interface Call {
  readonly args: readonly string[];
  /** Options that were given, by name. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly io: Io;
  /** The environment, completed by `.env`. */
  readonly env: Environment;
  readonly settings: InspectedSettings;
  /** Starts the service in this process. */
  readonly serve: (env: Environment) => Promise<void>;
}

/** Where a command reads and writes: results to `out`, everything for people beside them to `err`. */
export interface Io {
  readonly in: NodeJS.ReadStream;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

/** Called wrongly: exit code 2, and where the help is. */
export class UsageError extends Error {}

/** Could not be done: exit code 1. The message is one a person can act on. */
export class CommandFailed extends Error {}

/** A string option, or undefined. */
export function textOption({ options }: Pick<Call, 'options'>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Options of every command that talks to the running service. */
export const serviceOptions = {
  url: { type: 'string', value: 'URL', about: 'Where the service is; else PUBLIC_URL, else HOST and PORT.' },
  key: { type: 'string', value: 'KEY', about: 'An API key; else OPENAI_BATCH_MANAGER_KEY.' },
} as const satisfies Record<string, Option>;
