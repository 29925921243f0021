import { useState } from 'react';

/** A page whose subject was deleted by an order of its own: it shows nothing and asks for nothing while it is left. */
export function useLeaving(goOn: () => Promise<void>): {
  readonly left: boolean;
  readonly leave: () => Promise<void>;
} {
  const [left, setLeft] = useState(false);
  const leave = () => {
    setLeft(true);
    return goOn();
  };
  return { left, leave };
}
