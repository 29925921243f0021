/** A workload that hangs is an error with its name, not a run that never ends. */

/** Ends whatever a workload has started; what waits for it then fails. */
export type EndAll = () => void;

/** How long what was ended may take to give up. */
const lastWordMs = 5_000;

/**
 * Waits for `work`, at most so many seconds. The timer also keeps the process alive: without it Node would end, without
 * a word, when nothing is left that `work` could hear from.
 *
 * @param doing what is being done at this moment, for the error
 * @throws Error that says what was being done when the time was over, after everything was ended
 */
export async function withinTime<T>(
  limitS: number,
  work: Promise<T>,
  doing: () => string,
  endAll: EndAll,
): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, limitS * 1_000, 'late');
  const ended = await Promise.race([work.then((value) => ({ value })), late]).finally(() =>
    clearTimeout(timer),
  );
  if (ended !== 'late') return ended.value;
  const error = new Error(`${doing()} did not end within ${limitS} s`);
  endAll();
  await givesUp(work);
  throw error;
}

/** What was ended may remove its own traces first. */
async function givesUp(work: Promise<unknown>): Promise<void> {
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, lastWordMs);
  await Promise.race([work.then(ignore, ignore), enough]);
  clearTimeout(timer);
}

/** That it failed was brought about here. */
const ignore = () => {};
