/** Sync when it makes sense: at the start, when the page is looked at again, when the network returns, after changes. */
import { signal } from '@preact/signals';
import { browserWire } from '../../core/wire';
import { sync } from '../../core/sync';
import { changed, online, session, who } from './app';

export const syncing = signal(false);
/** What kept the last sync from its end; null when nothing did. */
export const syncTrouble = signal<unknown>(null);

/** Bring this device and the server together; silent for guests. Never raises: `syncTrouble` tells. */
export async function syncNow(): Promise<void> {
  if (!who.value.signedIn || !online.value || syncing.value) return;
  syncing.value = true;
  try {
    await browserWire.exclusively('sync', () => sync(session.store, session.server));
    syncTrouble.value = null;
  } catch (error) {
    syncTrouble.value = error;
  } finally {
    syncing.value = false;
    await changed();
  }
}

export function keepSynced(): void {
  void syncNow();
  window.addEventListener('online', () => void syncNow());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void syncNow());
}

/** After a change here: show it, then send it. */
export async function kept(): Promise<void> {
  await changed();
  void syncNow();
}
