/** What the receiver knows of one delivery id. */
export interface Delivery {
  readonly id: string;
  readonly customId: string;
  /** How the request ended, as the service says in `x-batcher-outcome`. */
  readonly outcome: string;
  /** How often it was answered with 2xx; every time after the first is a repeat. */
  accepted: number;
  /** How often the receiver refused it. */
  refused: number;
  /** The result line of the last attempt; absent when bodies are not kept. */
  line?: unknown;
}

/** What one attempt to deliver said. */
export type Attempt = Pick<Delivery, 'id' | 'customId' | 'outcome' | 'line'>;

/** What arrived, counted by delivery id. */
export interface Counts {
  /** Requests whose outcome was accepted at least once. */
  readonly delivered: number;
  /** Accepted delivery ids beyond the first of each custom_id. */
  readonly duplicates: number;
  /** The same delivery id again: allowed, a receiver knows it by its id. */
  readonly repeats: number;
  /** Attempts answered with another status than 2xx. */
  readonly refused: number;
  /** Deliveries that are forged, malformed or not an answer to what was sent. */
  readonly wrong: number;
  /** How the delivered requests ended, by the first delivery of each. */
  readonly byOutcome: Readonly<Record<string, number>>;
}

/** A tally of deliveries: the same id again is a repeat, another id for the same custom_id a duplicate. */
export function createLedger() {
  const deliveries = new Map<string, Delivery>();
  const deliveredCustomIds = new Set<string>();
  const problems: string[] = [];
  const byOutcome: Record<string, number> = {};
  let duplicates = 0;
  let repeats = 0;
  let refused = 0;
  let wrong = 0;

  function noteAccepted(delivery: Delivery): void {
    delivery.accepted++;
    if (delivery.accepted > 1) {
      repeats++;
      return;
    }
    if (deliveredCustomIds.has(delivery.customId)) {
      duplicates++;
      return;
    }
    deliveredCustomIds.add(delivery.customId);
    byOutcome[delivery.outcome] = (byOutcome[delivery.outcome] ?? 0) + 1;
  }

  return {
    deliveries,
    problems,
    /** Notes one attempt and how it was answered. */
    note({ id, customId, outcome, line }: Attempt, status: number): Delivery {
      const delivery = deliveries.get(id) ?? { id, customId, outcome, accepted: 0, refused: 0 };
      deliveries.set(id, delivery);
      if (line !== undefined) delivery.line = line;
      if (delivery.customId !== customId) this.noteProblem(`${id} came with another custom_id than before`);
      if (status >= 200 && status < 300) noteAccepted(delivery);
      else {
        delivery.refused++;
        refused++;
      }
      return delivery;
    },
    /** Notes a delivery that should not have been made; the first few are kept in words. */
    noteProblem(problem: string): void {
      wrong++;
      if (problems.length < 20) problems.push(problem);
    },
    count(): Counts {
      return {
        delivered: deliveredCustomIds.size,
        duplicates,
        repeats,
        refused,
        wrong,
        byOutcome: { ...byOutcome },
      };
    },
  };
}

export type Ledger = ReturnType<typeof createLedger>;
