/** How one attribute went over days, weeks or months. */
import { Link } from 'wouter-preact';
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { type BucketSize, type Trend as Found, trend } from '../../core/trend';
import { type Key, PARTS, moment, nameOf, partName, t } from '../i18n';
import { bundle, history } from '../state/app';
import { attributes } from '../parts/attributes';
import { Chart } from '../parts/chart';
import { Choice, Select } from '../parts/choice';
import { Empty, Notice } from '../parts/notice';
import { Page } from '../parts/shell';

const SIZES: BucketSize[] = ['day', 'week', 'month'];
const ALL = 'all';

const key = signal<string | null>(null); // kept between visits of the page
const part = signal<string>(ALL);
const size = signal<BucketSize>('day');

export function Trend() {
  const all = attributes();
  const attribute = all.find((one) => one.key === key.value) ?? all[0];
  const found = useFound(attribute?.key ?? '');
  if (!attribute || !history.value?.scores.length)
    return (
      <Page title={t('trend.title')}>
        <Empty title={t('trend.empty')} lead={t('trend.emptyLead')}>
          <Link href="/" class="button primary">
            {t('history.first')}
          </Link>
        </Empty>
      </Page>
    );
  return (
    <Page title={t('trend.title')}>
      <Choice
        legend={t('trend.attribute')}
        name="attribute"
        options={all.map((one) => [one.key, nameOf(one)])}
        value={attribute.key}
        onChoose={(value) => (key.value = value)}
      />
      <div class="pickers">
        <Select
          label={t('trend.part')}
          options={[[ALL, t('trend.allParts')], ...PARTS.map((one): [string, string] => [String(one), partName(one)])]}
          value={part.value}
          onChoose={(value) => (part.value = value)}
        />
        <Select
          label={t('trend.bucket')}
          options={SIZES.map((one) => [one, t(`trend.${one}` as Key)])}
          value={size.value}
          onChoose={(value) => (size.value = value as BucketSize)}
        />
      </div>
      {found.buckets.length ? (
        <Course found={found} name={nameOf(attribute)} />
      ) : (
        <Empty title={t('trend.empty')} lead={t('trend.emptyLead')} />
      )}
    </Page>
  );
}

function useFound(attribute: string): Found {
  const { value: held } = history;
  const data = bundle.value?.data;
  return useMemo(() => {
    const learned = (model: { version: string; sequence: number }) =>
      data && model.version === data.version && model.sequence === data.sequence
        ? data.graded_parts[attribute]
        : undefined;
    const asked = part.value === ALL ? undefined : Number(part.value);
    return trend(held?.scores ?? [], { attribute, bucket: size.value, part: asked, learned });
  }, [held, data, attribute, part.value, size.value]);
}

function Course({ found, name }: { found: Found; name: string }) {
  const { buckets, model_changes: changes } = found;
  const label = t('trend.chart', {
    name,
    count: buckets.length,
    first: buckets[0].bucket,
    last: buckets[buckets.length - 1].bucket,
  });
  return (
    <>
      <Chart trend={found} label={label} />
      {changes.map((one) => (
        <Notice key={one.captured_at}>
          {t('trend.changed', { when: moment(one.captured_at), from: one.from.version, to: one.to.version })}
        </Notice>
      ))}
      {buckets.some((one) => one.suspect_clock) && <Notice>{t('trend.suspect')}</Notice>}
      <details>
        <summary>{t('trend.table')}</summary>
        <Table found={found} />
      </details>
    </>
  );
}

function Table({ found }: { found: Found }) {
  const grade = (milli: number) => (milli / 1000).toFixed(1);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('trend.when')}</th>
          <th scope="col">{t('trend.mean')}</th>
          <th scope="col">{t('trend.span')}</th>
          <th scope="col">{t('trend.photos')}</th>
        </tr>
      </thead>
      <tbody>
        {found.buckets.map(({ bucket, expected_milli: { min, mean, max }, count }) => (
          <tr key={bucket}>
            <th scope="row">{bucket}</th>
            <td>{grade(mean)}</td>
            <td>
              {grade(min)} – {grade(max)}
            </td>
            <td>{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
