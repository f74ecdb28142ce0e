/** The way of a new model onto this device: what is taken, what is refused, and that a refusal changes nothing. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { hashOf } from '../src/core/ids';
import type { Models } from '../src/core/models';
import { Trouble } from '../src/core/trouble';
import { firstBundle, update } from '../src/core/update';
import { Files, NOW, fresh, signatureOf, text } from './server-files';

let files: Files;
let models: Models;
let first: string;
const prove = async () => undefined;

beforeEach(async () => {
  files = new Files();
  models = await fresh();
  first = files.bundle(1);
  files.set('/v1/models/current', text({ bundle_sha256: first }));
  await firstBundle(models, files.fetch);
});

test('a newer model is proved, taken whole, and the previous one stays', async () => {
  const newer = files.bundle(2);
  files.channel(newer);
  const proved: string[] = [];
  expect(await update(models, files.fetch, async (bundle) => void proved.push(bundle.sha256), NOW)).toBe('take');
  expect(proved).toEqual([newer]);
  expect((await models.open())?.sha256).toBe(newer);
  expect((await models.held(first))?.sha256).toBe(first);
  expect(await update(models, files.fetch, prove, NOW)).toBe('keep');
});

const REFUSALS: [string, string, (newer: string) => void][] = [
  ['an expired channel', 'expired', (newer) => files.channel(newer, { expires_at: '2026-06-01T00:00:00Z' })],
  ['a channel of another name', 'other-channel', (newer) => files.channel(newer, { channel: 'beta' })],
  ['a channel of another form', 'other-form', (newer) => files.channel(newer, { schema: 2 })],
  ['a channel without its fields', 'other-form', (newer) => files.channel(newer, { rollout_pct: 'all' })],
  ['a channel for newer clients', 'app-too-old', (newer) => files.channel(newer, { min_app: '9.0.0' })],
  ['a withdrawn model', 'withdrawn', (newer) => files.channel(newer, { revoked: [newer] })],
  ['a step back that is not said', 'not-newer', () => files.channel(files.bundle(0))],
  ['a model that the server does not hold', 'not-held', () => files.channel('0'.repeat(64))],
  ['a model for newer runtimes', 'runtime-too-old', () => files.channel(files.bundle(2, {}, '2.0.0'))],
  ['a server without a channel', 'no-channel', () => files.delete('/v1/models/channel')],
  [
    'a channel changed after signing',
    'changed',
    (newer) => {
      files.channel(newer);
      files.set('/v1/models/channel', text({ schema: 1, bundle_sha256: newer }));
    },
  ],
  [
    'a channel signed by an unknown key',
    'unknown-key',
    (newer) => {
      files.channel(newer);
      files.set('/v1/models/channel/signature', signatureOf(files.get('/v1/models/channel')!, 'toString'));
    },
  ],
  [
    'a changed description',
    'other-bundle',
    (newer) => {
      files.channel(newer);
      files.set(`/v1/models/bundles/${newer}`, text({ schema: 1 }));
    },
  ],
  [
    'a changed model file',
    'damaged',
    (newer) => {
      files.channel(newer);
      files.set(`/v1/models/files/${hashOf(text('model 2'))}`, text('model X'));
    },
  ],
];

test.each(REFUSALS)('%s is refused and changes nothing', async (_, code, arrange) => {
  files.channel(first);
  arrange(files.bundle(2));
  await expect(update(models, files.fetch, prove, NOW)).rejects.toMatchObject({ code });
  expect((await models.open())?.sha256).toBe(first);
});

test('a channel that is published between its two requests is read again', async () => {
  files.channel(first);
  const old = files.get('/v1/models/channel')!;
  files.channel(first, { sequence: 6 });
  let asked = 0;
  const fetch = (path: string) =>
    path === '/v1/models/channel' && (asked += 1) === 1 ? Promise.resolve(old) : files.fetch(path);
  expect(await update(models, fetch, prove, NOW)).toBe('keep');
  expect(await models.seen()).toBe(6);
});

test('an older channel than one seen is refused', async () => {
  files.channel(first, { sequence: 7 });
  await update(models, files.fetch, prove, NOW);
  files.channel(files.bundle(2), { sequence: 6 });
  await expect(update(models, files.fetch, prove, NOW)).rejects.toMatchObject({ code: 'older-channel' });
});

test('a model that answers wrongly on this machine is not switched to', async () => {
  files.channel(files.bundle(2));
  const wrong = () => Promise.reject(new Trouble('wrong-answers'));
  await expect(update(models, files.fetch, wrong, NOW)).rejects.toMatchObject({ code: 'wrong-answers' });
  expect((await models.open())?.sha256).toBe(first);
});

test('an install outside the rollout waits, unless its model was withdrawn', async () => {
  const newer = files.bundle(2);
  files.channel(newer, { rollout_pct: 0 });
  expect(await update(models, files.fetch, prove, NOW)).toBe('wait');
  files.channel(newer, { rollout_pct: 0, sequence: 6, revoked: [first] });
  expect(await update(models, files.fetch, prove, NOW)).toBe('take');
});

test('a rollback that the channel says is taken', async () => {
  files.channel(files.bundle(0), { rollback: true });
  expect(await update(models, files.fetch, prove, NOW)).toBe('take');
});

test('the previous model takes over when the one in use is damaged', async () => {
  files.channel(files.bundle(2));
  await update(models, files.fetch, prove, NOW);
  await models.device.keepFile(hashOf(text('model 2')), text('damaged'));
  expect((await models.open())?.sha256).toBe(first);
});

/** Take a second model, then a third by a channel that withdraws the second; what is in use then. */
async function pastAWithdrawnOne(): Promise<void> {
  const second = files.bundle(2);
  files.channel(second);
  await update(models, files.fetch, prove, NOW);
  files.channel(files.bundle(3), { sequence: 6, revoked: [second] });
  await update(models, files.fetch, prove, NOW);
}

test('a withdrawn model is not kept as the previous one, the one before it is', async () => {
  await pastAWithdrawnOne();
  await models.device.keepFile(hashOf(text('model 3')), text('damaged'));
  expect((await models.open())?.sha256).toBe(first);
});

test('a withdrawn model leaves no file behind', async () => {
  await pastAWithdrawnOne();
  expect(await models.device.file(hashOf(text('model 2')))).toBeUndefined();
});

test('a model that was withdrawn is not used, even when its successor cannot be fetched', async () => {
  const second = files.bundle(2);
  files.channel(second);
  await update(models, files.fetch, prove, NOW);
  files.channel(files.bundle(3), { sequence: 6, revoked: [second] });
  files.delete(`/v1/models/files/${hashOf(text('model 3'))}`);
  await expect(update(models, files.fetch, prove, NOW)).rejects.toMatchObject({ code: 'not-found' });
  expect((await models.open())?.sha256).toBe(first);
});
