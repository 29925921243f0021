/**
 * Named points between an act and its record. A test names one in `KILL_AT`, and the process dies there as by
 * `kill -9`; so every such gap is tried, not sampled. Without the variable a point does nothing.
 */
export const killPoints = [
  'upload: before the file is sent',
  'upload: file sent, not recorded',
  'upload: recorded, driver not told',
  'submit: intent recorded, batch not created',
  'submit: batch created, not recorded',
  'submit: id recorded, batch not moved',
  'submit: recorded, requests not marked as sent',
  'submit: some requests marked as sent',
  'poll: answer seen, not recorded',
  'poll: refused lines noted, batch not moved',
  'download: file fetched, nothing applied',
  'download: some results applied',
  'download: all results applied, leftovers not settled',
  'download: leftovers settled, not recorded',
  'deliver: some deliveries started',
  'deliver: answers received, not recorded',
  'deliver: recorded, driver not told',
] as const;

export type KillPoint = (typeof killPoints)[number];

const killAt = process.env['KILL_AT'];

export function reach(point: KillPoint): void {
  if (killAt === point) process.kill(process.pid, 'SIGKILL');
}
