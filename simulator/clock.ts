/** The simulator's time, in milliseconds since 1970: real, faster than real, or moved by hand. */

export type ClockOptions =
  /** `scale: 60` lets a minute pass in each real second. */
  | { readonly kind: 'real'; readonly scale?: number }
  /** Stands still until it is advanced. */
  | { readonly kind: 'stepped'; readonly startsAt: number };

type Task = () => void | Promise<void>;

interface Appointment {
  readonly at: number;
  readonly task: Task;
}

export interface Clock {
  now(): number;
  /** Runs the task once that time has come; never, for Infinity. */
  at(time: number, task: Task): void;
  /** Moves the time forward, runs everything that falls due on the way, in its order, and waits for it. */
  advance(ms: number): Promise<void>;
  stop(): void;
}

/** Appointments in the order of their times; equal times in the order in which they were made. */
function createAgenda() {
  const appointments: Appointment[] = [];
  return {
    add(appointment: Appointment): void {
      let low = 0;
      let high = appointments.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((appointments[middle] as Appointment).at <= appointment.at) low = middle + 1;
        else high = middle;
      }
      appointments.splice(low, 0, appointment);
    },
    next: (): Appointment | undefined => appointments[0],
    takeDue(time: number): Appointment | undefined {
      const first = appointments[0];
      return first !== undefined && first.at <= time ? appointments.shift() : undefined;
    },
    clear(): void {
      appointments.length = 0;
    },
  };
}

/** @param onError what a task threw */
export function createClock(options: ClockOptions, onError: (error: unknown) => void): Clock {
  const run = async (task: Task): Promise<void> => {
    try {
      await task();
    } catch (error) {
      onError(error);
    }
  };
  return options.kind === 'stepped'
    ? createSteppedClock(options.startsAt, run)
    : createRealClock(options.scale ?? 1, run);
}

function createSteppedClock(startsAt: number, run: (task: Task) => Promise<void>): Clock {
  const agenda = createAgenda();
  let now = startsAt;
  let advancing = Promise.resolve();

  async function step(ms: number): Promise<void> {
    const target = now + ms;
    for (let due = agenda.takeDue(target); due !== undefined; due = agenda.takeDue(target)) {
      now = Math.max(now, due.at);
      await run(due.task);
    }
    now = target;
  }

  return {
    now: () => now,
    at(time, task) {
      if (time !== Number.POSITIVE_INFINITY) agenda.add({ at: time, task });
    },
    advance(ms) {
      advancing = advancing.then(() => step(ms));
      return advancing;
    },
    stop: () => agenda.clear(),
  };
}

/** The longest that a timer of Node can wait. */
const longestTimerMs = 2 ** 31 - 1;

function createRealClock(scale: number, run: (task: Task) => Promise<void>): Clock {
  const agenda = createAgenda();
  const running = new Set<Promise<void>>();
  let startedAt = Date.now();
  const startedTicking = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const now = (): number => Math.floor(startedAt + (performance.now() - startedTicking) * scale);

  function startDue(): void {
    for (let due = agenda.takeDue(now()); due !== undefined; due = agenda.takeDue(now())) {
      const work = run(due.task).finally(() => running.delete(work));
      running.add(work);
    }
    arm();
  }

  function arm(): void {
    clearTimeout(timer);
    const next = agenda.next();
    if (next === undefined || stopped) return;
    const delay = Math.ceil((next.at - now()) / scale);
    timer = setTimeout(startDue, Math.min(Math.max(delay, 0), longestTimerMs));
  }

  return {
    now,
    at(time, task) {
      if (time === Number.POSITIVE_INFINITY || stopped) return;
      agenda.add({ at: time, task });
      arm();
    },
    async advance(ms) {
      startedAt += ms;
      startDue();
      while (running.size > 0) {
        await Promise.all(running);
        startDue();
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      agenda.clear();
    },
  };
}
