/** The rules in force, and how often each has applied. */
import { createDice, fractionOf, hashText } from '../dice.ts';
import type { Batch } from '../life/batch.ts';
import { catalogue } from './catalogue.ts';
import type {
  BatchEffect,
  BatchRule,
  CallEffect,
  CallRule,
  CapRule,
  Conditions,
  Route,
  RowEffect,
  RowRule,
  Rule,
  Script,
} from './rule.ts';

/** What is known of a call when the rules are asked. */
export interface CallFacts {
  readonly route: Route;
  readonly endpoint?: string | undefined;
  readonly model?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
}

type BatchFacts = Pick<Batch, 'endpoint' | 'model' | 'metadata'>;

interface ActiveRule<Kind extends Rule> {
  readonly rule: Kind;
  /** Tells it from the other rules when dice are thrown. */
  readonly salt: string;
  matched: number;
  applied: number;
  /** For `firstRunOnly`: in which batch each body was first seen, by hash of the body. */
  readonly firstSeenIn: Map<number, number>;
}

/** Says what happens to a row of one batch. */
export type RowJudge = (row: { line: string; number: number; customId: string }) => RowEffect[];

export interface RuleBook {
  /** @throws Error for a name that is not in the catalogue, or a thing that is no rule */
  add(script: string | Script | Rule): void;
  clear(): void;
  /** Ends the rules that hold until lifted. */
  lift(): void;
  names(): string[];
  forCall(facts: CallFacts, when: 'before' | 'after'): CallEffect | null;
  forBatch(facts: BatchFacts): BatchEffect;
  /** Null when no rule speaks about the rows of this batch. */
  forRows(batch: Batch): RowJudge | null;
  caps(facts: BatchFacts): CapRule[];
}

export function createRuleBook(seed: number): RuleBook {
  let active: ActiveRule<Rule>[] = [];
  let names: string[] = [];
  let added = 0;

  const pick = <Kind extends Rule>(on: Kind['on']): ActiveRule<Kind>[] =>
    active.filter((entry): entry is ActiveRule<Kind> => entry.rule.on === on);

  return {
    add(given) {
      const script = toScript(given);
      names.push(script.name);
      for (const rule of script.rules) {
        const salt = `${seed}:${added++}`;
        active.push({ rule, salt, matched: 0, applied: 0, firstSeenIn: new Map() });
      }
    },
    clear() {
      active = [];
      names = [];
    },
    lift() {
      active = active.filter((entry) => entry.rule.until !== 'lifted');
    },
    names: () => [...names],
    forCall(facts, when) {
      for (const entry of pick<CallRule>('call')) {
        const { rule } = entry;
        if ((rule.when ?? 'before') !== when || !concerns(rule.route, facts.route)) continue;
        if (matches(rule, facts) && applies(entry)) return rule.do;
      }
      return null;
    },
    forBatch(facts) {
      const effects = pick<BatchRule>('batch').filter(
        (entry) => matches(entry.rule, facts) && applies(entry),
      );
      return Object.assign({}, ...effects.map((entry) => entry.rule.do));
    },
    forRows(batch) {
      const entries = pick<RowRule>('row').filter((entry) => matches(entry.rule, batch));
      if (entries.length === 0) return null;
      return (row) =>
        entries.filter((entry) => appliesToRow(entry, batch, row)).map((entry) => entry.rule.do);
    },
    caps: (facts) =>
      pick<CapRule>('cap')
        .filter((entry) => matches(entry.rule, facts))
        .map((entry) => entry.rule),
  };
}

function toScript(given: string | Script | Rule): Script {
  if (typeof given === 'string') {
    const found = catalogue.find((script) => script.name === given);
    if (found === undefined) throw new Error(`No script is called "${given}".`);
    return found;
  }
  if ('rules' in given && Array.isArray(given.rules)) return given;
  if ('on' in given && ['call', 'batch', 'row', 'cap'].includes(given.on)) {
    return { name: `(a ${given.on} rule)`, doc: '', rules: [given] };
  }
  throw new Error('A script is a name, a rule with "on" and what it does, or { name, doc, rules }.');
}

function concerns(wanted: Route | readonly Route[], route: Route): boolean {
  return typeof wanted === 'string' ? wanted === route : wanted.includes(route);
}

function matches({ match }: Conditions, facts: Pick<CallFacts, 'endpoint' | 'model' | 'metadata'>): boolean {
  if (match === undefined) return true;
  if (match.endpoint !== undefined && match.endpoint !== facts.endpoint) return false;
  if (match.model !== undefined && match.model !== facts.model) return false;
  return Object.entries(match.metadata ?? {}).every(([key, value]) => facts.metadata?.[key] === value);
}

/** Counts a match and says whether the rule applies to it. */
function applies(entry: ActiveRule<CallRule | BatchRule>): boolean {
  const { rule } = entry;
  entry.matched++;
  if (entry.matched < (rule.nth ?? 1)) return false;
  if (entry.matched % (rule.everyKth ?? 1) !== 0) return false;
  return takeOne(entry, `${entry.matched}`);
}

function appliesToRow(
  entry: ActiveRule<RowRule>,
  batch: Batch,
  { line, number, customId }: { line: string; number: number; customId: string },
): boolean {
  const { rule } = entry;
  if (rule.match?.customId !== undefined && !customId.includes(rule.match.customId)) return false;
  if (rule.match?.text !== undefined && !line.includes(rule.match.text)) return false;
  if (rule.everyKth !== undefined && number % rule.everyKth !== 0) return false;
  entry.matched++;
  if (entry.matched < (rule.nth ?? 1)) return false;
  if (rule.firstRunOnly && !isFirstRun(entry, batch, line)) return false;
  return takeOne(entry, `${batch.ordinal}:${customId}`);
}

/** Uses up one of the times that a rule may apply, if it has one left and the dice agree. */
function takeOne(entry: ActiveRule<CallRule | BatchRule | RowRule>, salt: string): boolean {
  const { rule } = entry;
  const times = rule.times ?? (rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
  if (entry.applied >= times) return false;
  if (rule.probability !== undefined) {
    const dice = createDice(hashText(`${entry.salt}:${salt}`));
    if (fractionOf(dice()) >= rule.probability) return false;
  }
  entry.applied++;
  return true;
}

/** By body and not by custom_id: a client may give the same row another id when it sends it again. */
function isFirstRun(entry: ActiveRule<RowRule>, batch: Batch, line: string): boolean {
  const body = JSON.stringify((JSON.parse(line) as { body?: unknown }).body);
  const hash = hashText(body) * 0x10_0000 + (hashText(body, 0x9747b28c) & 0xf_ffff);
  const first = entry.firstSeenIn.get(hash);
  if (first === undefined) entry.firstSeenIn.set(hash, batch.ordinal);
  return first === undefined || first === batch.ordinal;
}
