/**
 * Steps 2 and 3 of the preprocessing contract: centred square, exact integer box resize.
 *
 * Output pixel i covers [i*N, (i+1)*N), source pixel k covers [k*S, (k+1)*S), in units of 1/S source pixel; the
 * whole-number overlaps are the weights, and there is one rounding after both axes. Sums reach 255*N*N, beyond 32
 * bits from N = 2,900 on: they are held in doubles, which are exact up to 2^53, and bit operators stay away.
 */
import { Trouble } from './trouble';

/** Where the centred square lies in a photo, in px. */
export interface Square {
  side: number;
  left: number;
  top: number;
}

/** Raises `photo-too-small` when the model's input (`size` px) does not fit. */
export function centredSquare(width: number, height: number, size: number): Square {
  const side = Math.min(width, height);
  if (side < size) throw new Trouble('photo-too-small', '', { side, size });
  return { side, left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2) };
}

/** Takes a square row by row, so that a large photo never lies in memory as pixels as a whole. */
export class BoxResizer {
  private readonly spans: Spans;
  private readonly sums: Float64Array;
  private readonly line: Float64Array;
  private row = 0;

  constructor(
    private readonly side: number,
    private readonly size: number,
  ) {
    this.spans = spansOf(side, size);
    this.sums = new Float64Array(size * size * 3);
    this.line = new Float64Array(size * 3);
  }

  /** The next rows, RGBA, `side` px wide. */
  push(rgba: Uint8ClampedArray): void {
    for (let start = 0; start < rgba.length; start += this.side * 4) {
      this.squeeze(rgba, start);
      this.add();
      this.row += 1;
    }
  }

  /** The model's input bytes in row, column, channel order, once all rows were pushed. */
  finish(): Uint8Array {
    const area = this.side * this.side;
    const half = Math.floor(area / 2);
    return Uint8Array.from(this.sums, (sum) => Math.floor((sum + half) / area));
  }

  private squeeze(rgba: Uint8ClampedArray, start: number): void {
    const { line, size, spans } = this;
    for (let i = 0, w = 0; i < size; i += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let at = start + spans.first[i] * 4; w < spans.ends[i]; w += 1, at += 4) {
        const weight = spans.weights[w];
        red += weight * rgba[at];
        green += weight * rgba[at + 1];
        blue += weight * rgba[at + 2];
      }
      line[i * 3] = red;
      line[i * 3 + 1] = green;
      line[i * 3 + 2] = blue;
    }
  }

  private add(): void {
    const { side, size, line, sums, row } = this;
    const from = row * size;
    const to = from + size;
    for (let j = Math.floor(from / side); j < size && j * side < to; j += 1) {
      const weight = Math.min(to, (j + 1) * side) - Math.max(from, j * side);
      const at = j * line.length;
      for (let place = 0; place < line.length; place += 1) sums[at + place] += weight * line[place];
    }
  }
}

/** For each output its first source pixel, and its weights up to `ends` in one list. */
interface Spans {
  first: Int32Array;
  ends: Int32Array;
  weights: Float64Array;
}

function spansOf(side: number, size: number): Spans {
  const first = new Int32Array(size);
  const ends = new Int32Array(size);
  const weights: number[] = [];
  for (let i = 0; i < size; i += 1) {
    const from = i * side;
    const to = from + side;
    first[i] = Math.floor(from / size);
    for (let k = first[i]; k * size < to; k += 1) weights.push(Math.min(to, (k + 1) * size) - Math.max(from, k * size));
    ends[i] = weights.length;
  }
  return { first, ends, weights: Float64Array.from(weights) };
}

/** The model's input bytes, size x size x 3, of decoded pixels (RGBA). Raises `photo-too-small`. */
export function modelInput(rgba: Uint8ClampedArray, width: number, height: number, size: number): Uint8Array {
  const { side, left, top } = centredSquare(width, height, size);
  const resizer = new BoxResizer(side, size);
  for (let row = top; row < top + side; row += 1) {
    const start = (row * width + left) * 4;
    resizer.push(rgba.subarray(start, start + side * 4));
  }
  return resizer.finish();
}
