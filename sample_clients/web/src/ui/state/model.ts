/** Get the model onto this device, keep it current, load it into the worker. */
import { signal } from '@preact/signals';
import { browserWire, read, send } from '../../core/wire';
import { Trouble } from '../../core/trouble';
import type { Decision } from '../../core/channel';
import { firstBundle, update } from '../../core/update';
import { bundle, models } from './app';
import { Grading, prove } from './grader';

const DAY = 86_400_000; // ms between looks for a newer model
const LOOKED = 'model_looked';

/** Whether this browser alters what is read back from a canvas. */
export const altered = signal(false);

let loading: Promise<Grading> | null = null;

/** The worker with the model in use, fetched first when it is not here. Raises `Trouble`. */
export function grader(): Promise<Grading> {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<Grading> {
  bundle.value = await firstBundle(models, fetchBytes).catch((error) => {
    throw error instanceof Trouble && error.code === 'offline' ? new Trouble('model-missing') : error;
  });
  const grading = await Grading.load(bundle.value);
  altered.value = !(await grading.ask((grader) => grader.readsBack()));
  return grading;
}

/** Look for a newer model now. Raises `Trouble`; the model in use stays then. */
export async function lookForUpdate(): Promise<Decision> {
  await models.device.set(LOOKED, Date.now());
  try {
    return await browserWire.exclusively('update', () => update(models, fetchBytes, prove));
  } finally {
    await loadInUse(); // also after a refusal: the channel may have withdrawn the model in use
  }
}

/** Load the model in use where another one is loaded; what fails here fails again when a photo is to be graded. */
async function loadInUse(): Promise<void> {
  const inUse = await models.open().catch(() => null);
  if (inUse?.sha256 === bundle.value?.sha256) return;
  const before = loading;
  loading = null;
  bundle.value = inUse;
  await grader().catch(() => undefined);
  void before?.then(
    (old) => old.end(),
    () => undefined,
  );
}

/** The same once a day, in silence: there may be no network, or no channel. */
export async function lookDaily(): Promise<void> {
  const last = (await models.device.setting<number>(LOOKED)) ?? 0;
  if (Date.now() - last > DAY) await lookForUpdate().catch(() => undefined);
}

async function fetchBytes(path: string): Promise<Uint8Array> {
  const answer = await send(browserWire, 'GET', path, { file: true });
  return new Uint8Array(await read(answer.arrayBuffer()));
}
