/**
 * Named points between an act and its record. A test names one in `KILL_AT`, and the process dies there as by
 * `kill -9`, the first time or, with `KILL_AT_VISIT`, a later one; so every such gap is tried, not sampled. Without the
 * variable a point does nothing.
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
  'cut: file forgotten, nothing moved',
  'cut: some requests moved',
  'cut: all requests moved, not recorded',
  'poll: answer seen, not recorded',
  'poll: refused lines noted, batch not moved',
  'download: lines read, nothing applied',
  'download: some results applied',
  'download: all results applied, leftovers not settled',
  'download: some leftovers settled',
  'download: leftovers settled, not recorded',
  'restart: some requests taken back',
  'restart: all requests taken back, batch not moved',
  'deliver: some deliveries started',
  'deliver: answers received, not recorded',
  'deliver: recorded, driver not told',
] as const;

export type KillPoint = (typeof killPoints)[number];

const killAt = process.env['KILL_AT'];
let visitsLeft = Number(process.env['KILL_AT_VISIT'] ?? 1);

export function reach(point: KillPoint): void {
  if (killAt !== point) return;
  visitsLeft -= 1;
  if (visitsLeft === 0) process.kill(process.pid, 'SIGKILL');
}
