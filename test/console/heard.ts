/** Counts the live messages that a page hears, and the tasks that kept it from answering the reader. */
import type { Page } from 'playwright-core';

/** Before the page is opened. */
export async function listenAlong(page: Page): Promise<void> {
  await page.addInitScript(`
    window.heard = [];
    window.longTasks = [];
    window.EventSource = class extends window.EventSource {
      constructor(...given) {
        super(...given);
        this.addEventListener('message', () => window.heard.push(performance.now()));
      }
    };
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration });
    }).observe({ type: 'longtask' });
  `);
}

/** When each message came, in milliseconds of the page. */
export const heard = (page: Page): Promise<number[]> => page.evaluate('window.heard');

export interface LongTask {
  readonly startTime: number;
  readonly duration: number;
}

/** Tasks of more than 50 ms. */
export const longTasks = (page: Page): Promise<LongTask[]> => page.evaluate('window.longTasks');

/** What stands in the list of a page, and where its first row is. */
export const listed = (page: Page): Promise<{ readonly keys: string[]; readonly top: number }> =>
  page.evaluate(`({
    keys: [...document.querySelectorAll('tbody tr')].map((row) => row.dataset.key),
    top: document.querySelector('tbody tr').getBoundingClientRect().top,
  })`);
