/**
 * Bring the local history and the server's together: push what waits, pull what is new, compare, repair.
 *
 * After 410 (the server was restored or wiped) the client pulls from nothing and pushes again every record and
 * tombstone that the listing lacks; it never deletes anything without a tombstone.
 */
import type { Head, Page } from './answers';
import { push } from './push';
import { fold } from './records';
import type { Server } from './server';
import type { Store } from './store';
import { applyPage, queueMissing, tryAgain } from './store-sync';
import { Trouble, codeOf } from './trouble';

/** What one sync did; `complete` when both sides hold the same records. */
export interface Outcome {
  pushed: number;
  pulled: number;
  refused: number;
  complete: boolean;
}

/** Push, pull in pages of `limit`, compare. Raises `Trouble`; whatever was done until then stays done. */
export async function sync(store: Store, server: Server, limit?: number): Promise<Outcome> {
  const one = new Round(store, server, limit);
  await store.transaction((tx) => tryAgain(tx, 'quota-exceeded'));
  let head = await one.run();
  if (!(await same(store, head))) {
    await one.pullAll();
    head = await one.run();
  }
  return { ...one.counts, complete: await same(store, head) };
}

class Round {
  readonly counts = { pushed: 0, pulled: 0, refused: 0 };

  constructor(
    private readonly store: Store,
    private readonly server: Server,
    private readonly limit?: number,
  ) {}

  async run(): Promise<Head | null> {
    await this.push();
    try {
      return await this.pull();
    } catch (error) {
      if (codeOf(error) !== 'cursor-expired') throw error;
    }
    await this.pullAll();
    await this.push();
    return this.pull();
  }

  /** Every page from the start, then queue what the server lacks. */
  async pullAll(): Promise<void> {
    const live = new Set<string>();
    const deleted = new Set<string>();
    await this.store.set('cursor', null);
    for (let page = await this.page(); page; page = page.has_more ? await this.page() : null) {
      for (const { record } of page.records) live.add(record.id);
      for (const { id } of page.tombstones) deleted.add(id);
    }
    await this.store.transaction((tx) => queueMissing(tx, live, deleted));
  }

  private async push(): Promise<void> {
    const { pushed, refused } = await push(this.store, this.server);
    this.counts.pushed += pushed;
    this.counts.refused += refused;
  }

  /** All pages after the stored cursor; the head of the last one. */
  private async pull(): Promise<Head | null> {
    for (let page = await this.page(); page; page = page.has_more ? await this.page() : null) {
      this.counts.pulled += page.records.length + page.tombstones.length;
    }
    return this.store.setting<Head>('head');
  }

  /** The next page, stored; null when the server has nothing newer than what is here. */
  private async page(): Promise<Page | null> {
    const cursor = (await this.store.setting<string>('cursor')) ?? undefined;
    const etag = await this.store.setting<string>('etag');
    const headers: Record<string, string> = cursor && etag ? { 'If-None-Match': etag } : {};
    const answer = await this.server.call('GET', '/v1/sync', { query: { cursor, limit: this.limit }, headers });
    if (answer.status === 304) return null;
    const page: Page = await answer.json();
    if (typeof page.next_cursor !== 'string' || (page.has_more && page.next_cursor === cursor)) {
      throw new Trouble('unexpected', "the server's history does not come to its end: try again later");
    }
    await this.store.transaction((tx) => applyPage(tx, page, answer.headers.get('ETag')));
    return page;
  }
}

async function same(store: Store, head: Head | null): Promise<boolean> {
  const refused = await store.parked();
  const live = (await store.live()).filter((record) => !refused.has(record.id));
  return head !== null && head.count === live.length && head.xor === fold(live);
}
