/** docs/configuration.md, from the table of settings. */
import { settingSpecs } from '../server/config/settings.ts';

interface Shown {
  readonly kind: string;
  readonly default: unknown;
  readonly about: string;
  readonly group: string;
  readonly choices?: readonly string[];
  readonly aliases?: readonly string[];
  readonly least?: number;
  readonly most?: number;
}

export function renderConfiguration(): string {
  const entries = Object.entries(settingSpecs) as [string, Shown][];
  const groups = [...new Set(entries.map(([, spec]) => spec.group))];
  const parts = groups.map((group) =>
    renderGroup(
      group,
      entries.filter(([, spec]) => spec.group === group),
    ),
  );
  return `# Configuration

Settings are read from the environment, and by the command line also from a file \`.env\` in the working directory;
what the environment sets wins. For each of them \`NAME_FILE\` may name a file that holds the value, which keeps
secrets out of process lists. Everything that is wrong is told at once, and the service exits with code 1. A name that
resembles a setting and is none gets a warning.

Durations end in \`_MS\` (milliseconds) or \`_S\` (seconds), sizes in \`_BYTES\`; digits may be grouped: \`200_000_000\`.
\`openai-batch-manager config\` shows every setting with its value and where it came from.

This page is generated from \`server/config/settings.ts\`; \`npm run goldens\` writes it.

${parts.join('\n')}`;
}

function renderGroup(group: string, entries: readonly [string, Shown][]): string {
  const rows = entries.map(
    ([name, spec]) => `| ${nameOf(name, spec)} | ${defaultOf(spec)} | ${rangeOf(spec)} | ${aboutOf(spec)} |`,
  );
  return `## ${group}\n\n| setting | default | range | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function nameOf(name: string, spec: Shown): string {
  const aliases = (spec.aliases ?? []).map((alias) => `\`${alias}\``).join(', ');
  return `\`${name}\`${aliases === '' ? '' : ` (also ${aliases})`}`;
}

function defaultOf({ default: value }: Shown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '–';
  return `\`${Array.isArray(value) ? value.join(',') : String(value)}\``;
}

function rangeOf({ kind, least = 0, most }: Shown): string {
  if (!kind.startsWith('integer')) return '';
  const top = most === undefined || most === Number.MAX_SAFE_INTEGER ? 'up' : `to ${most}`;
  return `from ${least} ${top}`;
}

function aboutOf({ about, choices }: Shown): string {
  return choices ? `${about} One of ${choices.map((c) => `\`${c}\``).join(', ')}.` : about;
}
