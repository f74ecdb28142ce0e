/** One thing at a time: runs it, tells whether it runs, and keeps what went wrong. */
import { useState } from 'preact/hooks';

export interface Work {
  busy: boolean;
  error: unknown;
  run(work: () => Promise<unknown>): Promise<void>;
}

export function useWork(): Work {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failed) {
      console.warn(failed);
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
