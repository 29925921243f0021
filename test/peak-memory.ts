import { readFileSync } from 'node:fs';

/** Peak resident memory of a process in megabytes, as Linux has counted it. */
export function peakMemoryMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes = 'NaN'] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
  return Number(kilobytes) / 1_024;
}
