/** What one check found, with what to do about it. */
export interface Finding {
  readonly verdict: 'ok' | 'warn' | 'FAIL';
  readonly what: string;
  readonly about: string;
}
