/** The tables of one history, and what is done to single rows inside a transaction. */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import type { Entry } from './records';
import type { Problem } from './answers';

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

export const isTombstone = (row: Row | undefined): boolean => row?.body === null;
export const keep = (tx: Tx, body: Entry, seq: number | null) =>
  tx.objectStore('record').put({ id: body.id, body, seq });
export const bury = (tx: Tx, id: string) => tx.objectStore('record').put({ id, body: null, seq: null });
export const queue = (tx: Tx, id: string) => tx.objectStore('outbox').put(id, id);
