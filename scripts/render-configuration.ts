/** docs/configuration.md, from the table of settings. */
import { settingSpecs } from '../server/config/settings.ts';

interface Shown {
  readonly kind: string;
  readonly default: unknown;
  readonly about: string;
  readonly group: string;
  readonly choices?: readonly string[];
  readonly aliases?: readonly string[];
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

Settings are read from the environment. For each of them \`NAME_FILE\` may name a file that holds the value, which
keeps secrets out of process lists. Everything that is wrong is told at once, and the service exits with code 1.

This page is generated from \`server/config/settings.ts\`; \`npm run goldens\` writes it.

${parts.join('\n')}`;
}

function renderGroup(group: string, entries: readonly [string, Shown][]): string {
  const rows = entries.map(
    ([name, spec]) => `| ${nameOf(name, spec)} | ${defaultOf(spec)} | ${aboutOf(spec)} |`,
  );
  return `## ${group}\n\n| setting | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function nameOf(name: string, spec: Shown): string {
  const aliases = (spec.aliases ?? []).map((alias) => `\`${alias}\``).join(', ');
  return `\`${name}\`${aliases === '' ? '' : ` (also ${aliases})`}`;
}

function defaultOf({ default: value }: Shown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '–';
  return `\`${Array.isArray(value) ? value.join(',') : String(value)}\``;
}

function aboutOf({ about, choices }: Shown): string {
  return choices ? `${about} One of ${choices.map((c) => `\`${c}\``).join(', ')}.` : about;
}
