/** One service and one browser for the tests of a file; whatever a page complains about fails the test. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { SimulatorOptions } from '../../simulator/index.ts';
import type { TestSettings } from '../start-test-service.ts';
import { type ConsoleStage, setConsoleStage } from './console-stage.ts';
import { openBrowser } from './open-browser.ts';

export interface BrowserStage {
  readonly stage: ConsoleStage;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page is expected to complain about in this test. */
  expectComplaint(about: RegExp): void;
}

interface Prepared {
  readonly settings?: TestSettings;
  readonly simulating?: SimulatorOptions;
  readonly prepare?: (stage: ConsoleStage) => Promise<void>;
}

export function useBrowser({ settings, simulating, prepare }: Prepared = {}): BrowserStage {
  let stage: ConsoleStage | undefined;
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  let page: Page | undefined;
  let complaints: string[] = [];
  let foreign: string[] = [];
  let expected: RegExp[] = [];
  beforeAll(async () => {
    [stage, browser] = await Promise.all([setConsoleStage(settings, simulating), openBrowser()]);
    await prepare?.(stage);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  beforeEach(async () => {
    complaints = [];
    foreign = [];
    expected = [];
    context = await browser?.newContext({ viewport: { width: 1_440, height: 900 }, reducedMotion: 'reduce' });
    page = await context?.newPage();
    page?.setDefaultTimeout(8_000);
    page?.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page?.on('pageerror', (error) => complaints.push(String(error)));
    page?.on('request', (request) => {
      if (!request.url().startsWith(stage?.url ?? '')) foreign.push(request.url());
    });
  });
  afterEach(async () => {
    await context?.close();
    expect(foreign, 'calls to another host').toEqual([]);
    const unexpected = complaints.filter((text) => !expected.some((about) => about.test(text)));
    expect(unexpected, 'complaints of the page').toEqual([]);
  });
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('no test is running');
    return value;
  };
  return {
    get stage() {
      return there(stage);
    },
    get browser() {
      return there(browser);
    },
    get context() {
      return there(context);
    },
    get page() {
      return there(page);
    },
    expectComplaint(about) {
      expected.push(about);
    },
  };
}
