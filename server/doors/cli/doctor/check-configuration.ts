import { findUnknownSettings } from '../../../config/find-unknown.ts';
import type { Environment, InspectedSettings } from '../../../config/read-settings.ts';
import type { Finding } from './finding.ts';

/** It runs, so it is new enough: cli.ts has looked. */
export function checkNode(): Finding[] {
  return [{ verdict: 'ok', what: 'node', about: process.version }];
}

export function checkConfiguration(inspected: InspectedSettings, env: Environment): Finding[] {
  const what = 'configuration';
  const { settings, complaints, missing } = inspected;
  const findings: Finding[] = [...complaints, ...missing].map((about) => ({ verdict: 'FAIL', what, about }));
  for (const { name, nearest } of findUnknownSettings(env)) {
    findings.push({ verdict: 'warn', what, about: `${name} is not a setting; did you mean ${nearest}?` });
  }
  if (settings.AUTH === 'none') {
    findings.push({
      verdict: 'warn',
      what,
      about: 'AUTH=none: everybody who reaches the port may do everything.',
    });
  }
  if (findings.some(({ verdict }) => verdict === 'FAIL')) return findings;
  return [{ verdict: 'ok', what, about: 'every setting can be read' }, ...findings];
}
