/** The photo that is being looked at: graded here, perhaps explained by the server, forgotten when the page goes. */
import { signal } from '@preact/signals';
import type { Bundle } from '../../core/bundle';
import { type Score, scoreRecord } from '../../core/records';
import { type Grading, graded } from '../../core/scoring';
import { Trouble } from '../../core/trouble';
import { session } from './app';
import { grader } from './model';
import { kept } from './syncing';

const WAIT = 10; // s that the server may take before it answers with a job to look at again
const PATIENCE = 120_000; // ms
const PAUSE = 700; // ms

export interface Looked {
  grading: Grading;
  record: Score;
  /** What graded it. */
  bundle: Bundle;
  /** Object URL of the photo itself. */
  photo: string;
  /** Object URLs of the server's layers by attribute, once asked for. */
  layers: Record<string, string> | null;
  /** The version of the model that those explain, where it is another one than graded. */
  explains: string | null;
}

export const part = signal(0);
export const looked = signal<Looked | null>(null);

/** Grade a photo and keep its record. Raises `Trouble`. */
export async function look(photo: Blob): Promise<void> {
  const shown = part.value; // another part or model may be chosen meanwhile
  const worker = await grader();
  const start = performance.now();
  const [pixels, outputs] = await worker.ask(async (one) => {
    const prepared = await one.prepare(photo);
    return [prepared, await one.run(prepared)] as const;
  });
  performance.measure('grade', { start });
  const { bundle } = worker;
  const grading = graded(outputs, bundle.data, pixels, shown);
  const record = scoreRecord(grading, bundle);
  if (Object.keys(record.attributes).length) await session.store.add(record);
  forget();
  looked.value = { grading, record, bundle, photo: URL.createObjectURL(photo), layers: null, explains: null };
  void navigator.storage?.persist?.();
  await kept();
}

/** Let go of the photo; its record stays. */
export function forget(): void {
  const old = looked.value;
  if (!old) return;
  for (const url of [old.photo, ...Object.values(old.layers ?? {})]) URL.revokeObjectURL(url);
  looked.value = null;
}

/** Delete the record too. */
export async function discard(): Promise<void> {
  if (looked.value) await session.store.delete(looked.value.record.id);
  forget();
  await kept();
}

/** Ask the server for finer maps of the graded square. Raises `Trouble`, `consent-required` among others. */
export async function explain(): Promise<void> {
  const seen = looked.value;
  if (!seen) return;
  const png = await (await grader()).ask((one) => one.png(seen.grading.pixels));
  const body = await png.arrayBuffer();
  const headers = { 'Content-Type': 'image/png', Prefer: `wait=${WAIT}` };
  const query = { graded_by: seen.record.file_sha256 };
  let job = await (await session.server.call('POST', '/v1/heatmaps', { query, body, headers })).json();
  for (const until = Date.now() + PATIENCE; ['queued', 'running'].includes(job.status);) {
    if (Date.now() > until) throw new Trouble('busy');
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    job = await (await session.server.call('GET', `/v1/heatmaps/${job.id}`, { query })).json();
  }
  if (job.status !== 'succeeded') throw new Trouble('photo-rejected', job.problem?.detail);
  const { attributes, model, score_by_another_model } = job.result;
  const layers = await fetchLayers(attributes);
  const explains = score_by_another_model ? model.version : null;
  if (looked.value === seen) looked.value = { ...seen, layers, explains };
}

async function fetchLayers(attributes: Record<string, { href: string }>): Promise<Record<string, string>> {
  const fetched = Object.entries(attributes).map(async ([key, { href }]) => {
    const answer = await session.server.call('GET', href);
    return [key, URL.createObjectURL(await answer.blob())];
  });
  return Object.fromEntries(await Promise.all(fetched));
}
