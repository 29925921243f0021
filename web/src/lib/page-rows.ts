import { useState } from 'react';

/** Rows on one page of a list. */
export const pageSizes = [10, 20, 25, 50, 100] as const;
const usual = 50;
const kept = 'page-rows';

/** What was chosen last in this browser, for every list of batches or requests. */
export function usePageRows(): readonly [rows: number, choose: (rows: number) => void] {
  const [rows, setRows] = useState(read);
  const choose = (next: number) => {
    try {
      localStorage.setItem(kept, String(next));
    } catch {
      // Storage may be closed to us; then it lasts as long as the page.
    }
    setRows(next);
  };
  return [rows, choose];
}

function read(): number {
  try {
    const chosen = Number(localStorage.getItem(kept));
    return pageSizes.find((size) => size === chosen) ?? usual;
  } catch {
    // As above.
    return usual;
  }
}
