/** The golden updates: this client decides each case as it is written. */
import { expect, test } from 'vitest';
import { decide, readChannel, turn } from '../src/core/channel';
import { codeOf } from '../src/core/trouble';
import { chosen } from '../src/core/update';
import { updates } from './golden';

const { trusted, channels, bundles, turns } = updates;
const bytes = (text: string) => new TextEncoder().encode(text);

test.each(channels)('a channel: $name', async ({ text, signature, device, now, decision }) => {
  const { install_id: id, in_use: inUse, revoked, ...rest } = device;
  const install = { ...rest, id, inUse, revoked: new Set(revoked) };
  const decided = await readChannel(bytes(text), bytes(signature), trusted)
    .then((channel) => decide(channel, install, new Date(now)))
    .catch(codeOf);
  expect(decided).toBe(decision);
});

test.each(bundles)('a bundle: $name', async ({ text, signature, channel, in_use_sequence, decision }) => {
  const current = in_use_sequence === null ? null : { sequence: in_use_sequence };
  const decided = await chosen(bytes(text), bytes(signature), channel, current, trusted)
    .then(() => 'take')
    .catch(codeOf);
  expect(decided).toBe(decision);
});

test('the turns of a rollout are those written', () => {
  expect(turns.map((one) => turn(one.install_id, one.bundle_sha256))).toEqual(turns.map((one) => one.turn));
});

test('every decision before a download has a case', () => {
  const refusals = ['app-too-old', 'changed', 'expired', 'no-file', 'not-newer', 'older-channel', 'other-bundle'];
  const rest = ['other-channel', 'other-form', 'outside', 'runtime-too-old', 'unknown-key', 'withdrawn'];
  const written = new Set([...channels, ...bundles].map((one) => one.decision));
  expect([...written].sort()).toEqual([...refusals, ...rest, 'keep', 'take', 'wait'].sort());
});
