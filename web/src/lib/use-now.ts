import { useEffect, useState } from 'react';
import { serviceNow } from './time.ts';

/** The service's time, renewed at this pace while the page is seen. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(serviceNow);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(serviceNow());
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
