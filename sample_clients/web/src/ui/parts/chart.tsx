/** One attribute over time: the mean as a line, lowest to highest as a band, changes of model as dashed lines. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Bucket, ModelChange, Trend } from '../../core/trend';
import { language, locale } from '../i18n';

const HEIGHT = 260; // px
const DAY = 86_400; // s
const FONT = '12px system-ui, sans-serif';

export function Chart({ trend, label }: { trend: Trend; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const draw = () => new uPlot(options(place, trend.model_changes), columns(trend.buckets), place);
    let chart = draw();
    const redraw = () => {
      chart.destroy();
      chart = draw();
    };
    const resized = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT }));
    resized.observe(place);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', redraw);
      chart.destroy();
    };
  }, [trend, language.value]);
  return <div class="chart" ref={box} role="img" aria-label={label} />;
}

function columns(buckets: Bucket[]): uPlot.AlignedData {
  const grades = (name: 'min' | 'mean' | 'max') => buckets.map((one) => one.expected_milli[name] / 1000);
  const times = buckets.map((one) => startOf(one.bucket));
  const margin = Math.max(DAY, (times[times.length - 1] - times[0]) * 0.04); // points do not touch the frame
  const padded = (values: number[]) => [null, ...values, null];
  return [
    [times[0] - margin, ...times, times[times.length - 1] + margin],
    padded(grades('max')),
    padded(grades('mean')),
    padded(grades('min')),
  ];
}

/** Seconds at the start of `2026-05-04`, `2026-W19` or `2026-05`, in UTC. */
function startOf(bucket: string): number {
  const [year, week] = bucket.split('-W').map(Number);
  if (!week) return Date.parse(`${bucket}${bucket.length === 7 ? '-01' : ''}T00:00:00Z`) / 1000;
  const fourth = new Date(Date.UTC(year, 0, 4)); // always in week 1
  return fourth.getTime() / 1000 + ((week - 1) * 7 - ((fourth.getUTCDay() + 6) % 7)) * DAY;
}

function options(place: HTMLElement, changes: ModelChange[]): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const [accent, soft, line, tint] = ['--accent', '--soft', '--line', '--accent-tint'].map(colour);
  const axis = { stroke: soft, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const day = new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return {
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: { y: { range: [-0.15, 4.15] } },
    axes: [
      { ...axis, space: 70, values: (_, ticks) => ticks.map((tick) => day.format(tick * 1000)), grid: { show: false } },
      { ...axis, size: 28, splits: () => [0, 1, 2, 3, 4] },
    ],
    series: [
      {},
      { stroke: 'transparent', points: { show: false } },
      { stroke: accent, width: 2, points: { show: true, size: 7, fill: accent } },
      { stroke: 'transparent', points: { show: false } },
    ],
    bands: [{ series: [1, 3], fill: tint }],
    hooks: { draw: [(chart) => markChanges(chart, changes, soft)] },
  };
}

function markChanges(chart: uPlot, changes: ModelChange[], colour: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const { bucket } of changes) {
    const x = Math.round(chart.valToPos(startOf(bucket), 'x', true)) - 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
