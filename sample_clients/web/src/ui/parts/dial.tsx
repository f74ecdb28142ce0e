/** A grade as a dial of five segments: the likely range tinted, the most likely grade full, a dot at the expectation. */
import { t } from '../i18n';

const GRADES = 5;
const GAP = 4; // degrees between segments
const RADIUS = 42;
const CENTRE = { x: 50, y: 50 };

interface Props {
  grade: number | null;
  low?: number;
  high?: number;
  expected?: number;
  name: string;
}

export function Dial({ grade, low = grade ?? 0, high = grade ?? 0, expected, name }: Props) {
  const label = grade === null ? `${name}: ${t('result.notGraded')}` : `${name}: ${spoken(grade, low, high)}`;
  return (
    <svg class="dial" viewBox="0 0 100 58" role="img" aria-label={label}>
      {Array.from({ length: GRADES }, (_, g) => (
        <path key={g} d={segment(g)} class={classOf(g, grade, low, high)} />
      ))}
      {grade !== null && expected !== undefined && <circle {...placeOf(expected)} r="3.4" class="dial-dot" />}
      <text x="50" y="51" class="dial-number" aria-hidden="true">
        {grade ?? '–'}
      </text>
    </svg>
  );
}

/** `grade 3 of 4, between 2 and 3` */
export function spoken(grade: number, low: number, high: number): string {
  return `${t('result.grade', { grade })}, ${low < high ? t('result.range', { low, high }) : t('result.sure')}`;
}

function classOf(g: number, grade: number | null, low: number, high: number): string {
  if (grade === null) return 'dial-none';
  if (g === grade) return 'dial-grade';
  return g >= low && g <= high ? 'dial-range' : 'dial-rest';
}

function segment(g: number): string {
  const width = 180 / GRADES;
  const [from, to] = [at(g * width + GAP / 2), at((g + 1) * width - GAP / 2)];
  return `M${from.x} ${from.y}A${RADIUS} ${RADIUS} 0 0 1 ${to.x} ${to.y}`;
}

/** Inside the ring, where 0 and 4 are the middles of the outer segments. */
function placeOf(expected: number): { cx: number; cy: number } {
  const { x, y } = at(((expected + 0.5) * 180) / GRADES, RADIUS - 11);
  return { cx: x, cy: y };
}

function at(degrees: number, radius = RADIUS): { x: number; y: number } {
  const angle = Math.PI - (degrees * Math.PI) / 180;
  const round = (value: number) => Math.round(value * 100) / 100;
  return { x: round(CENTRE.x + radius * Math.cos(angle)), y: round(CENTRE.y - radius * Math.sin(angle)) };
}
