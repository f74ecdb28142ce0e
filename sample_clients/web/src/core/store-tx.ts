/** The tables of one history, and what is done to single rows inside a transaction. */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { contentHash, secondId } from './ids';
import type { Entry } from './records';
import type { Problem, Verdict } from './answers';

export interface Row {
  id: string;
  body: Entry | null;
  seq: number | null;
}

export interface Schema extends DBSchema {
  record: { key: string; value: Row };
  outbox: { key: string; value: string };
  parked: { key: string; value: Problem };
  setting: { key: string; value: unknown };
}

export type Names = ('record' | 'outbox' | 'parked' | 'setting')[];
export type Tx = IDBPTransaction<Schema, Names, 'readwrite'>;

export const ALL: Names = ['record', 'outbox', 'parked', 'setting'];

export function openHistory(name: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore('record', { keyPath: 'id' });
      for (const store of ['outbox', 'parked', 'setting'] as const) fresh.createObjectStore(store);
    },
    blocking: (_old, _new, event) => (event.target as IDBDatabase).close(),
  });
}

/** Apply one verdict. */
export async function settleOne(tx: Tx, verdict: Verdict, deleting: boolean): Promise<void> {
  const row = await tx.objectStore('record').get(verdict.id);
  if (!deleting && verdict.verdict !== 'deleted' && !row?.body) return; // deleted here meanwhile: that is still to send
  await tx.objectStore('outbox').delete(verdict.id);
  if (verdict.verdict === 'deleted') await bury(tx, verdict.id);
  else if (verdict.verdict === 'conflict') await keepBoth(tx, verdict.record as Entry, verdict.seq);
  else if (verdict.verdict === 'invalid') await tx.objectStore('parked').put(verdict.problem ?? {}, verdict.id);
  else if (row) await tx.objectStore('record').put({ ...row, seq: verdict.seq });
}

/** The server's copy under its id; ours, where it says something else, under a new one. */
export async function keepBoth(tx: Tx, theirs: Entry, seq: number): Promise<void> {
  const mine = (await tx.objectStore('record').get(theirs.id))?.body;
  await keep(tx, theirs, seq);
  await tx.objectStore('outbox').delete(theirs.id);
  if (!mine || contentHash(mine) === contentHash(theirs)) return;
  const again = { ...mine, id: secondId(mine) };
  await keep(tx, again, null);
  await queue(tx, again.id);
}

export const isTombstone = (row: Row | undefined): boolean => row?.body === null;
export const keep = (tx: Tx, body: Entry, seq: number | null) =>
  tx.objectStore('record').put({ id: body.id, body, seq });
export const bury = (tx: Tx, id: string) => tx.objectStore('record').put({ id, body: null, seq: null });
export const queue = (tx: Tx, id: string) => tx.objectStore('outbox').put(id, id);
