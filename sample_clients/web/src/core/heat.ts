/** Draw a heat map: orange pushes the grade up, purple pushes it down, one scale for all photos. */

export const UP = [0xe6, 0x61, 0x00]; // told apart from the next under the common colour blindnesses
export const DOWN = [0x5d, 0x3a, 0x9b];
const OPAQUE = 0.75; // the largest opacity, so that skin stays visible below

/** RGBA, side x side; `scale` is the magnitude that is drawn most opaque. */
export function layer(heat: Float32Array, scale: number, side: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(side * side * 4);
  grown(heat, side).forEach((value, place) => {
    const [red, green, blue] = value > 0 ? UP : DOWN;
    const alpha = Math.round(Math.min(Math.abs(value) / scale, 1) * OPAQUE * 255);
    pixels.set([red, green, blue, alpha], place * 4);
  });
  return pixels;
}

/** A square map made larger by bicubic interpolation, as Pillow does it. */
export function grown(heat: Float32Array, side: number): Float32Array {
  const small = Math.sqrt(heat.length);
  const taps = Array.from({ length: side }, (_, x) => tapsAt(((x + 0.5) * small) / side, small));
  const wide = new Float32Array(small * side);
  for (let row = 0; row < small; row += 1) {
    taps.forEach((at, x) => (wide[row * side + x] = at.reduce((sum, [k, w]) => sum + w * heat[row * small + k], 0)));
  }
  const large = new Float32Array(side * side);
  taps.forEach((at, y) => {
    for (let x = 0; x < side; x += 1) large[y * side + x] = at.reduce((sum, [k, w]) => sum + w * wide[k * side + x], 0);
  });
  return large;
}

/** Source places and weights for one output place; weights sum to 1. */
function tapsAt(centre: number, size: number): [number, number][] {
  const taps: [number, number][] = [];
  for (let k = Math.max(0, Math.trunc(centre - 1.5)); k < Math.min(size, Math.trunc(centre + 2.5)); k += 1) {
    taps.push([k, cubic(k - centre + 0.5)]);
  }
  const sum = taps.reduce((total, [, weight]) => total + weight, 0);
  return taps.map(([k, weight]) => [k, weight / sum]);
}

/** Keys' cubic convolution with a = -0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
