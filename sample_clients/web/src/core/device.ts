/** What belongs to this device and not to a person: the models on it, and who used it last. */
import { type DBSchema, type IDBPDatabase, deleteDB, openDB } from 'idb';

interface Schema extends DBSchema {
  setting: { key: string; value: unknown };
  /** Files of models by their SHA-256; of a bundle its description and `SHA256.sig`. */
  file: { key: string; value: Uint8Array };
}

export class Device {
  private constructor(
    private readonly name: string,
    private readonly db: IDBPDatabase<Schema>,
  ) {}

  static async open(name = 'skinscore'): Promise<Device> {
    const db = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('setting');
        fresh.createObjectStore('file');
      },
    });
    return new Device(name, db);
  }

  /** A stored setting, or null. */
  async setting<T>(name: string): Promise<T | null> {
    return ((await this.db.get('setting', name)) ?? null) as T | null;
  }

  /** Store a setting; null takes it away. */
  set(name: string, value: unknown): Promise<void> {
    return this.setAll({ [name]: value });
  }

  /** Store several settings, all or none. */
  async setAll(values: Record<string, unknown>): Promise<void> {
    const tx = this.db.transaction('setting', 'readwrite', { durability: 'strict' });
    for (const [name, value] of Object.entries(values)) {
      await (value === null ? tx.store.delete(name) : tx.store.put(value, name));
    }
    await tx.done;
  }

  /** The bytes of a file, if they are here. */
  file(name: string): Promise<Uint8Array | undefined> {
    return this.db.get('file', name);
  }

  async keepFile(name: string, bytes: Uint8Array): Promise<void> {
    await this.db.put('file', bytes, name);
  }

  /** Remove all files but these. */
  async keepOnly(names: Set<string>): Promise<void> {
    const tx = this.db.transaction('file', 'readwrite');
    for (const name of await tx.store.getAllKeys()) if (!names.has(name)) await tx.store.delete(name);
    await tx.done;
  }

  /** The database of an account's history; of a guest's for null. */
  historyName(account: string | null): string {
    return `${this.name}:${account ?? 'guest'}`;
  }

  /** Remove a history from this device. */
  removeHistory(account: string | null): Promise<void> {
    return deleteDB(this.historyName(account));
  }
}
