import { expect, test } from 'vitest';
import { hashOf } from '../src/core/ids';
import { modelInput } from '../src/core/resize';
import { codeOf } from '../src/core/trouble';
import { golden, pixelsOf } from './golden';

interface Vector {
  height: number;
  width: number;
  seed: number;
  size: number;
  sha256: string;
}

function pattern({ height, width, seed }: Vector): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      for (let c = 0; c < 3; c += 1) pixels[at + c] = (3 * x * x + 5 * y * y + 7 * x * y + 91 * c + 17 * seed) % 256;
    }
  }
  return pixels;
}

test.each(golden.resize as Vector[])('a square of $width x $height is resized to the bit', (vector) => {
  expect(hashOf(modelInput(pattern(vector), vector.width, vector.height, vector.size))).toBe(vector.sha256);
});

test.each(golden.photos as { png: string; input_sha256: string }[])(
  'golden photo %# gives the input bytes',
  (photo) => {
    const { data, width, height } = pixelsOf(Buffer.from(photo.png, 'base64'));
    expect(hashOf(modelInput(data, width, height, golden.size))).toBe(photo.input_sha256);
  },
);

test('sums beyond 32 bits stay exact', () => {
  const [side, size] = [3000, 2];
  expect([...modelInput(new Uint8ClampedArray(side * side * 4).fill(255), side, side, size)]).toEqual(
    Array(12).fill(255),
  );
});

test('a photo smaller than the model asks for is refused with its sizes', () => {
  const refused = () => modelInput(new Uint8ClampedArray(100 * 300 * 4), 100, 300, 224);
  expect(refused).toThrowError(expect.objectContaining({ code: 'photo-too-small', values: { side: 100, size: 224 } }));
});

test('whatever nobody foresaw has a code too', () => {
  expect(codeOf(new RangeError('x'))).toBe('unexpected');
});
