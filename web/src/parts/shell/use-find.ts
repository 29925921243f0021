/** Finds one thing by any of its names and opens it. */
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call, query } from '../../api/client.ts';
import type { FoundView } from '../../api/types.ts';

export function useFind(onFound?: () => void) {
  const navigate = useNavigate();
  const [told, setTold] = useState('');
  const [finding, setFinding] = useState(false);
  const byId = async (text: string) => {
    setFinding(true);
    try {
      const { to } = await call<FoundView>(`/api/console/find${query({ q: text.slice(0, 512) })}`);
      if (to === null) setTold(`Nothing has the id "${text.slice(0, 80)}". Ids are matched whole.`);
      else {
        setTold('');
        onFound?.();
        await navigate({ to });
      }
    } catch (error) {
      setTold(error instanceof Error ? error.message : 'The search failed.');
    } finally {
      setFinding(false);
    }
  };
  return { find: { byId: (text: string) => void byId(text), tell: setTold }, told, finding };
}
