import { describe, expect, it } from 'vitest';
import { isCutOffJpeg } from '../src/core/jpeg';

const START = [0xff, 0xd8];
const END = [0xff, 0xd9];
const THUMBNAIL = [0xff, 0xe1, 0x00, 0x06, ...START, ...END];
const SCAN = [0xff, 0xda, 0x00, 0x04, 0x01, 0x00, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];
const whole = [...START, ...THUMBNAIL, ...SCAN, 0xff, ...END];

describe('a photo that never arrived whole', () => {
  it('is known at every place where it may be cut', () => {
    expect(isCutOffJpeg(Uint8Array.from(whole))).toBe(false);
    for (let size = 2; size < whole.length; size++)
      expect(isCutOffJpeg(Uint8Array.from(whole.slice(0, size)))).toBe(true);
  });

  it('is whole when something follows its end, as in a moving photo', () => {
    expect(isCutOffJpeg(Uint8Array.from([...whole, 1, 2, 3]))).toBe(false);
  });

  it('is not looked for in other files', () => {
    expect(isCutOffJpeg(new Uint8Array(0))).toBe(false);
    expect(isCutOffJpeg(Uint8Array.from([0x89, 0x50, 0x4e, 0x47]))).toBe(false);
  });
});
