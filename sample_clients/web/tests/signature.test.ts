/** Ed25519 by both ways that browsers offer. */
import { expect, test } from 'vitest';
import { TRUSTED_KEYS, portableHolds, verify } from '../src/core/signature';
import { bundleFile } from './golden';

test.each([
  ['WebCrypto', false],
  ['the library', true],
])('the committed bundle is verified by %s', async (_, portable) => {
  const [raw, signature] = [bundleFile('bundle.json'), bundleFile('bundle.sig')];
  const parts = [
    Buffer.from(TRUSTED_KEYS['DEVELOPMENT-ONLY'], 'base64'),
    Buffer.from(JSON.parse(new TextDecoder().decode(signature)).signature, 'base64'),
  ];
  const check = async (bytes: Uint8Array) =>
    portable
      ? portableHolds(parts[0], parts[1], bytes)
      : verify(bytes, signature, TRUSTED_KEYS, 'bundle').then(
          () => true,
          () => false,
        );
  expect(await check(raw)).toBe(true);
  expect(await check(raw.slice(1))).toBe(false);
});
