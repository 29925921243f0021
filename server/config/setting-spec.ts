/** What a setting may be, and short words for the rows of the table in settings.ts. */

export interface Spec<T> {
  readonly kind: 'text' | 'secret' | 'integer' | 'url' | 'choice' | 'integers' | 'caps';
  readonly default: T;
  readonly about: string;
  readonly group: Group;
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** Older or other names that are honoured as well. */
  readonly aliases?: readonly string[];
  /** What is wrong with a text, as the rest of a sentence that begins with the setting's name; never the text. */
  readonly check?: (text: string) => string | null;
}

export type Group =
  | 'Provider'
  | 'Server'
  | 'Access'
  | 'Store'
  | 'Batches'
  | 'Capacity'
  | 'Provider pace'
  | 'Delivery'
  | 'RabbitMQ'
  | 'Retention'
  | 'Alerts'
  | 'Logs';

export const text = <T extends string | null>(group: Group, fallback: T, about: string) =>
  ({ kind: 'text', default: fallback, about, group }) as Spec<T extends null ? string | null : string>;
export const checkedText = (group: Group, about: string, check: NonNullable<Spec<never>['check']>) =>
  ({ kind: 'text', default: null, about, group, check }) as Spec<string | null>;
export const secret = (group: Group, about: string, check?: Spec<never>['check']) =>
  ({ kind: 'secret', default: null, about, group, ...(check && { check }) }) as Spec<string | null>;
export const url = <T extends string | null>(
  group: Group,
  fallback: T,
  about: string,
  aliases: readonly string[] = [],
) =>
  ({ kind: 'url', default: fallback, about, group, aliases }) as Spec<
    T extends null ? string | null : string
  >;
export const integer = (
  group: Group,
  fallback: number,
  about: string,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
) => ({ kind: 'integer', default: fallback, about, group, least, most }) as Spec<number>;
export const choice = <C extends string>(group: Group, choices: readonly C[], fallback: C, about: string) =>
  ({ kind: 'choice', default: fallback, about, group, choices }) as Spec<C>;
export const secretList = (group: Group, about: string, check: NonNullable<Spec<never>['check']>) =>
  ({ kind: 'secret', default: [], about, group, check }) as unknown as Spec<readonly string[]>;
export const integers = (group: Group, fallback: readonly number[], about: string, most: number) =>
  ({ kind: 'integers', default: fallback, about, group, least: 0, most }) as Spec<readonly number[]>;
export const caps = (group: Group, about: string) =>
  ({ kind: 'caps', default: {}, about, group }) as Spec<TokenCaps>;

/** Tokens that may be enqueued, by the beginning of a model's name. */
export type TokenCaps = Readonly<Record<string, number>>;
