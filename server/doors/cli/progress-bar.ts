/** One line on a terminal that is drawn over and over; silent anywhere else. */
const width = 28;
/** Fast enough for an eye. */
const pauseMs = 100;

export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  #drawnAt = 0;
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** @param share 0 to 1, or null where the end is not known */
  draw(share: number | null, text: string): void {
    const now = performance.now();
    if (!this.#stream.isTTY || now - this.#drawnAt < pauseMs) return;
    this.#drawnAt = now;
    this.#shown = true;
    const line = share === null ? text : `${barOf(share)} ${text}`;
    this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
    this.#drawnAt = 0;
  }
}

function barOf(share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
