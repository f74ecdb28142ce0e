/**
 * One person's history in one IndexedDB database. What `add` and `delete` report as done is on disk.
 *
 * `record` holds every record, sent or not; `outbox` the ids whose push is not yet acknowledged; a tombstone is a
 * record without a body. `seq` is the server's number, by which the newest note shows; what was never sent has none.
 * Inside a transaction nothing but the database may be awaited: it commits as soon as the browser finds it idle.
 */
import type { IDBPDatabase } from 'idb';
import type { Problem } from './answers';
import type { Entry, Note } from './records';
import { ALL, type Schema, type Tx, bury, keep, openHistory, queue } from './store-tx';

export class Store {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(name: string): Promise<Store> {
    return new Store(await openHistory(name));
  }

  /** Keep new records and queue them. */
  add(...records: Entry[]): Promise<void> {
    return this.transaction(async (tx) => {
      for (const record of records) {
        await keep(tx, record, null);
        await queue(tx, record.id);
      }
    });
  }

  /** Replace a record by a tombstone and queue that. */
  delete(id: string): Promise<void> {
    return this.transaction(async (tx) => {
      await bury(tx, id);
      await queue(tx, id);
    });
  }

  /** All records, in the order in which they were made. */
  async live(): Promise<Entry[]> {
    return (await this.db.getAll('record')).flatMap((row) => row.body ?? []);
  }

  /** The text that shows at each score: the note with the highest seq; one still unsent will get a higher one. */
  async notes(): Promise<Record<string, string>> {
    const rows = (await this.db.getAll('record')).filter((row) => row.body?.kind === 'note');
    rows.sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || (a.id < b.id ? -1 : 1));
    return Object.fromEntries(rows.map((row) => [(row.body as Note).score_id, (row.body as Note).text]));
  }

  /** One live record. */
  async get(id: string): Promise<Entry | null> {
    return (await this.db.get('record', id))?.body ?? null;
  }

  /** Records and deletes still to push, at most `limit` of both. */
  async unsent(limit: number): Promise<{ records: Entry[]; deletes: string[] }> {
    const tx = this.db.transaction(ALL);
    const ids = await tx.objectStore('outbox').getAllKeys(null, limit);
    const rows = await Promise.all(ids.map((id) => tx.objectStore('record').get(id)));
    const found = rows.filter((row) => row !== undefined);
    return { records: found.flatMap((row) => row.body ?? []), deletes: found.filter((r) => !r.body).map((r) => r.id) };
  }

  /** Ids of records and deletes that wait. */
  async unsentIds(): Promise<Set<string>> {
    return new Set(await this.db.getAllKeys('outbox'));
  }

  /** Ids of records that the server refused, with its reasons; they stay here. */
  async parked(): Promise<Map<string, Problem>> {
    const tx = this.db.transaction('parked');
    const [ids, problems] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
    return new Map(ids.map((id, place) => [id, problems[place]]));
  }

  /** A stored setting, or null. */
  async setting<T>(name: string): Promise<T | null> {
    return ((await this.db.get('setting', name)) ?? null) as T | null;
  }

  /** Store a setting; null takes it away. */
  async set(name: string, value: unknown): Promise<void> {
    if (value === null) await this.db.delete('setting', name);
    else await this.db.put('setting', value, name);
  }

  /** Let go of the database. */
  close(): void {
    this.db.close();
  }

  /** All that `work` writes, or nothing. */
  async transaction(work: (tx: Tx) => Promise<void>): Promise<void> {
    const tx = this.db.transaction(ALL, 'readwrite', { durability: 'strict' });
    const done = tx.done.catch(() => undefined); // an abort is reported once, by `work` or by the line below
    try {
      await work(tx);
    } catch (error) {
      tx.abort();
      await done;
      throw error;
    }
    await tx.done;
  }
}
