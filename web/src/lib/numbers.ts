/** Figures as people read them. Money arrives in nano-dollars (1e-9 USD). */

const whole = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** 1,288 */
export function count(value: number): string {
  return whole.format(value);
}

/** 1.3K, 2M */
export function compact(value: number): string {
  return short.format(value);
}

/** "1 request", "2 requests" */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** 12.4 MB: decimal, as OpenAI states its limits. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** As many digits as tell something: $0.000123, $0.42, $1,204.50. */
export function money(nanoUsd: number): string {
  const usd = nanoUsd / 1e9;
  if (usd === 0) return '$0.00';
  const size = Math.abs(usd);
  // Four digits that count, so that list price and paid plus saved agree as they are shown.
  const digits = size >= 10 ? 2 : Math.min(12, 3 - Math.floor(Math.log10(size)));
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(usd);
}

const cents = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const fine = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', minimumFractionDigits: 4 });

/** For columns, where points stand under each other: $24.15, $0.0043, and <$0.0001 of what is less. */
export function moneyInColumn(nanoUsd: number): string {
  const usd = nanoUsd / 1e9;
  if (usd !== 0 && Math.abs(usd) < 0.00005) return '<$0.0001';
  return Math.abs(usd) >= 10 || usd === 0 ? cents.format(usd) : fine.format(usd);
}

/** Whole per cents; nothing of nothing is a dash. */
export function share(part: number, of: number): string {
  if (of === 0) return '–';
  const value = (part / of) * 100;
  if (value > 0 && value < 1) return '<1 %';
  if (value > 99 && value < 100) return '>99 %';
  return `${Math.round(value)} %`;
}

/** A price for a million tokens, exact: $0.15, $0.0375. */
export function perMillion(nanoUsd: number): string {
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 9,
  }).format(nanoUsd / 1e9);
}

/** Dollars as somebody typed them, as whole nano-dollars. */
export function nanoOf(usd: string): number {
  return Math.round(Number(usd) * 1e9);
}
