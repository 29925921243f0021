/** One service and one browser for the tests of a file; whatever a page complains about fails the test. */
import { once } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Given } from '../../server/compose/service.ts';
import type { SimulatorOptions } from '../../simulator/index.ts';
import type { TestSettings } from '../start-test-service.ts';
import { type ConsoleStage, setConsoleStage } from './console-stage.ts';
import { openBrowser } from './open-browser.ts';

export interface BrowserStage {
  readonly stage: ConsoleStage;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page has complained about so far. */
  readonly complaints: readonly string[];
  /** What the page is expected to complain about in this test. */
  expectComplaint(about: RegExp): void;
}

interface Prepared {
  readonly settings?: TestSettings;
  readonly simulating?: SimulatorOptions;
  readonly given?: Given;
  readonly prepare?: (stage: ConsoleStage) => Promise<void>;
}

export function useBrowser({ settings, simulating, given, prepare }: Prepared = {}): BrowserStage {
  let stage: ConsoleStage | undefined;
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  let page: Page | undefined;
  let complaints: string[] = [];
  let foreign: string[] = [];
  let expected: RegExp[] = [];
  beforeAll(async () => {
    [stage, browser] = await Promise.all([setConsoleStage(settings, simulating, given), openBrowser()]);
    await prepare?.(stage);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  beforeEach(async () => {
    // Of this page alone: one that does not close must not speak for the next.
    const itsComplaints: string[] = [];
    const itsForeign: string[] = [];
    complaints = itsComplaints;
    foreign = itsForeign;
    // What is still being read for live news when a page is left.
    expected = [/ERR_ABORTED/];
    context = await browser?.newContext({ viewport: { width: 1_440, height: 900 }, reducedMotion: 'reduce' });
    page = await context?.newPage();
    page?.setDefaultTimeout(60_000);
    page?.on('console', (message) => {
      if (message.type() === 'error') itsComplaints.push(message.text());
    });
    page?.on('pageerror', (error) => itsComplaints.push(String(error)));
    page?.on('request', (request) => {
      if (!request.url().startsWith(stage?.url ?? '')) itsForeign.push(request.url());
    });
  });
  afterEach(async () => {
    // A browser told to drop a page amid its navigation may never say that it has; that page goes with the browser.
    await Promise.race([context?.close(), once(AbortSignal.timeout(10_000), 'abort')]);
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
    get complaints() {
      return complaints;
    },
    expectComplaint(about) {
      expected.push(about);
    },
  };
}
