/** What the pages share. Signals tell them when it changes; `start` fills it from this device. */
import { batch, signal } from '@preact/signals';
import type { Bundle } from '../../core/bundle';
import { Device } from '../../core/device';
import { browserWire } from '../../core/wire';
import { Models } from '../../core/models';
import type { Score } from '../../core/records';
import { Session } from '../../core/session';
import type { Problem } from '../../core/answers';

export interface History {
  /** Oldest first. */
  scores: Score[];
  notes: Record<string, string>;
  unsent: Set<string>;
  refused: Map<string, Problem>;
}

export interface Who {
  /** null for a guest. */
  account: string | null;
  email: string;
  signedIn: boolean;
}

export const history = signal<History | null>(null);
export const who = signal<Who>({ account: null, email: '', signedIn: false });
export const bundle = signal<Bundle | null>(null);
export const online = signal(navigator.onLine);

export let session: Session;
export let models: Models;

const told = new BroadcastChannel('skinscore');

/** Open this device's databases. Raises what IndexedDB raises where it is forbidden. */
export async function start(): Promise<void> {
  const device = await Device.open();
  models = new Models(device);
  session = await Session.open(device, browserWire);
  await look();
  told.addEventListener('message', () => void session.follow().then(look));
  for (const name of ['online', 'offline']) window.addEventListener(name, () => (online.value = navigator.onLine));
}

/** Read the history again, after anything changed it here or in another tab. */
export async function look(): Promise<void> {
  const { store, server, account } = session;
  const [live, notes, unsent, refused] = await Promise.all([
    store.live(),
    store.notes(),
    store.unsentIds(),
    store.parked(),
  ]);
  const [email, signedIn] = await Promise.all([store.setting<string>('email'), server.signedIn()]);
  batch(() => {
    history.value = { scores: live.filter((entry) => entry.kind === 'score'), notes, unsent, refused };
    who.value = { account, email: email ?? '', signedIn };
  });
}

/** The same, and tell the other tabs. */
export async function changed(): Promise<void> {
  await look();
  told.postMessage('changed');
}
