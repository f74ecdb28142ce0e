/** The worker that grades, loaded with the model in use. */
import { type Remote, releaseProxy, wrap } from 'comlink';
import type { Bundle } from '../../core/bundle';
import { type Machine, selfTest } from '../../core/selftest';
import { revived } from '../../core/trouble';
import type { Grader } from '../../worker/grader';

/** A worker with one model; `end` it when another takes over. */
export class Grading {
  private readonly asked = new Set<Promise<unknown>>();

  private constructor(
    private readonly worker: Worker,
    private readonly remote: Remote<Grader>,
    readonly bundle: Bundle,
  ) {}

  static async load(bundle: Bundle): Promise<Grading> {
    const worker = new Worker(new URL('../../worker/grader.ts', import.meta.url), { type: 'module' });
    const grading = new Grading(worker, wrap<Grader>(worker), bundle);
    try {
      await grading.ask((grader) => grader.load(bundle.model, bundle.data.input.size));
    } catch (error) {
      void grading.end();
      throw error;
    }
    return grading;
  }

  /** Raises the worker's troubles as such. */
  async ask<T>(work: (grader: Remote<Grader>) => Promise<T>): Promise<T> {
    const asked = work(this.remote);
    this.asked.add(asked);
    try {
      return await asked;
    } catch (error) {
      throw revived(error);
    } finally {
      this.asked.delete(asked);
    }
  }

  /** Once all that was asked is answered: an ended worker never answers. */
  async end(): Promise<void> {
    await Promise.allSettled(this.asked);
    this.remote[releaseProxy]();
    this.worker.terminate();
  }
}

/** Raises `wrong-answers` unless the bundle grades its golden photos on this machine as it should. */
export async function prove(bundle: Bundle, golden: Uint8Array): Promise<void> {
  const trial = await Grading.load(bundle);
  const machine: Machine = {
    prepare: (photo) => trial.ask((grader) => grader.prepare(new Blob([photo.slice()]))),
    run: (pixels) => trial.ask((grader) => grader.run(pixels)),
  };
  try {
    await selfTest(bundle.data, golden, machine);
  } finally {
    void trial.end();
  }
}
