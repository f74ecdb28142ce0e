/** A bundle proves itself on this machine before it is used: its golden photos must give its golden answers. */
import { type BundleData, webFile } from './bundle';
import { hashOf } from './ids';
import { type Grading, type Outputs, graded } from './scoring';
import { Trouble } from './trouble';

const FLOOR = 1e-6; // of a quality figure: below it a share of it means nothing

interface Answers {
  grades: number[];
  balanced: number[];
  expected: number[];
  quality: number[];
  heat: ([number, number] | null)[];
}

interface Golden {
  photos: { png: string; input_sha256: string; outputs: Record<string, Answers> }[];
  tolerance_expected: Record<string, number>;
  tolerance_heat?: Record<string, number>;
  tolerance_quality?: number;
}

/** Decodes and resizes a photo, and runs a model. */
export interface Machine {
  prepare(photo: Uint8Array): Promise<Uint8Array>;
  run(pixels: Uint8Array): Promise<Outputs>;
}

/** Grade every golden photo; how many there were. Raises `wrong-answers` at the first wrong answer, and without a photo. */
export async function selfTest(data: BundleData, golden: Uint8Array, machine: Machine): Promise<number> {
  const document: Golden = JSON.parse(new TextDecoder().decode(golden));
  const { precision } = webFile(data);
  if (!document.photos.length) throw new Trouble('wrong-answers'); // a model is proven by a photo at least
  for (const [number, photo] of document.photos.entries()) {
    const png = Uint8Array.from(atob(photo.png), (letter) => letter.charCodeAt(0));
    const pixels = await machine.prepare(png);
    const grading = graded(await machine.run(pixels), data, pixels, 0);
    const fault =
      hashOf(pixels) === photo.input_sha256 ? faultOf(grading, photo.outputs[precision], document, precision) : 'input';
    if (fault) throw new Trouble('wrong-answers', '', { number, fault });
  }
  return document.photos.length;
}

/** What differs from the golden answer; null when nothing does. */
function faultOf(grading: Grading, wanted: Answers, golden: Golden, precision: string): string | null {
  const all = grading.attributes;
  if (!all.every((one, a) => one.grade === wanted.grades[a])) return 'grades';
  if (!all.every((one, a) => one.balanced === wanted.balanced[a])) return 'balanced';
  const near = golden.tolerance_expected[precision];
  if (!all.every((one, a) => Math.abs(one.expected - wanted.expected[a]) <= near)) return 'expected';
  if (!golden.tolerance_heat) return null; // bundles of sequence 2 and before have neither of these
  const place = golden.tolerance_heat[precision];
  if (!all.every((one, a) => isNear(centre(one.heat), wanted.heat[a], place))) return 'heat';
  const figures = [grading.quality.luma, grading.quality.clipped, grading.quality.sharpness];
  const share = golden.tolerance_quality ?? 0;
  const within = (figure: number, q: number) =>
    Math.abs(figure - wanted.quality[q]) <= share * Math.abs(wanted.quality[q]) + FLOOR;
  return figures.every(within) ? null : 'quality';
}

/** Row and column of the centre of a square map's positive part, 0..1; null where nothing is positive. */
export function centre(heat: Float32Array): [number, number] | null {
  const side = Math.sqrt(heat.length);
  let [sum, rows, columns] = [0, 0, 0];
  heat.forEach((value, place) => {
    const weight = Math.max(value, 0);
    sum += weight;
    rows += weight * (Math.floor(place / side) + 0.5);
    columns += weight * ((place % side) + 0.5);
  });
  return sum > 0 ? [rows / sum / side, columns / sum / side] : null;
}

function isNear(got: [number, number] | null, wanted: [number, number] | null, tolerance: number): boolean {
  if (!got || !wanted) return got === wanted;
  return got.every((value, axis) => Math.abs(value - wanted[axis]) <= tolerance);
}
