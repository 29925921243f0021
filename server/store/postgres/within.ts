/** Waits no longer than this; what is waited for goes on unheard. @throws what `late` makes, when it takes longer */
export function within<T>(ms: number, what: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    what.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
