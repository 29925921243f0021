/** How far the requests have come, stage by stage. */
export interface Stages {
  readonly accepted: number;
  readonly atOpenAI: number;
  readonly answered: number;
  readonly delivered: number;
}

export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface Progress {
  update(stages: Stages): void;
  /** Draws the last standing, whatever was shown before. */
  finish(): void;
}

const labels: readonly (readonly [keyof Stages, string])[] = [
  ['accepted', 'accepted'],
  ['atOpenAI', 'at OpenAI'],
  ['answered', 'answered'],
  ['delivered', 'delivered'],
];
const barWidth = 40;
const redrawMs = 80;
/** Without a terminal a line is printed each time this much of all four stages has been done: at most 20 lines. */
const plainStep = 0.05;

/** Bars that move on a terminal; elsewhere a bounded number of lines. */
export function createProgress(total: number, screen: Screen): Progress {
  let last: Stages = { accepted: 0, atOpenAI: 0, answered: 0, delivered: 0 };
  let shown = 0;
  let drawnAt: number | null = null;
  return {
    update(stages) {
      last = stages;
      if (screen.isTTY) {
        const now = performance.now();
        if (drawnAt !== null && now - drawnAt < redrawMs) return;
        screen.write(drawBars(stages, total, drawnAt !== null));
        drawnAt = now;
        return;
      }
      const share =
        labels.reduce((sum, [stage]) => sum + stages[stage], 0) / (labels.length * Math.max(1, total));
      if (share < shown + plainStep) return;
      shown = share;
      screen.write(drawLine(stages, total));
    },
    finish() {
      if (screen.isTTY) screen.write(drawBars(last, total, drawnAt !== null));
      else if (shown < 1) screen.write(drawLine(last, total));
    },
  };
}

function drawBars(stages: Stages, total: number, again: boolean): string {
  const up = again ? `\x1b[${labels.length}A` : '';
  const lines = labels.map(([stage, label]) => {
    const full = Math.round((Math.min(stages[stage], total) / Math.max(1, total)) * barWidth);
    const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
    return `\r\x1b[K${label.padEnd(10)} ${bar} ${stages[stage].toLocaleString('en-US').padStart(9)}\n`;
  });
  return up + lines.join('');
}

function drawLine(stages: Stages, total: number): string {
  return `${labels.map(([stage, label]) => `${label} ${stages[stage]}`).join(', ')} of ${total}\n`;
}
