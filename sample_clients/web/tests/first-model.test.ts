/** The way of the first model onto a device: through the channel where one is in force. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { firstBundle } from '../src/core/update';
import { Files, NOW, fresh, text } from './server-files';

let files: Files;
let first: string;

beforeEach(() => {
  files = new Files();
  first = files.bundle(1);
  files.set('/v1/models/current', text({ bundle_sha256: first }));
});

test('without a channel the first model is what the server serves, and later starts need no server', async () => {
  const device = await fresh();
  expect((await firstBundle(device, files.fetch)).sha256).toBe(first);
  expect((await firstBundle(device, new Files().fetch)).sha256).toBe(first);
});

test('the first model is the one that the channel names, also before this install’s turn', async () => {
  const named = files.bundle(2);
  files.channel(named, { rollout_pct: 0, revoked: [first] });
  const device = await fresh();
  expect((await firstBundle(device, files.fetch, NOW)).sha256).toBe(named);
  expect([await device.seen(), [...(await device.revoked())]]).toEqual([5, [first]]);
});

test('where the channel has expired the first model is what the server serves', async () => {
  files.channel(files.bundle(2), { expires_at: '2026-06-01T00:00:00Z' });
  expect((await firstBundle(await fresh(), files.fetch, NOW)).sha256).toBe(first);
});

test('a first model is not taken through a channel that is not to be believed', async () => {
  files.channel(files.bundle(2));
  files.set('/v1/models/channel', text({ schema: 1, bundle_sha256: first }));
  await expect(firstBundle(await fresh(), files.fetch, NOW)).rejects.toMatchObject({ code: 'changed' });
});

test('a model that an accepted channel withdrew is not taken as a first one when that channel is gone', async () => {
  const device = await fresh();
  await device.accept(5, [first]);
  await expect(firstBundle(device, files.fetch, NOW)).rejects.toMatchObject({ code: 'withdrawn' });
});
