/** The photo that was graded just now, where the signs were seen, and the five grades. */
import { useState } from 'preact/hooks';
import { Redirect, useLocation } from 'wouter-preact';
import { type Attribute, heatScales } from '../../core/bundle';
import type { Advice, Graded } from '../../core/scoring';
import { type Key, endOf, nameOf, t } from '../i18n';
import { type Looked, discard, looked } from '../state/photo';
import { Dial } from '../parts/dial';
import { Explain } from '../parts/explain';
import { HeatPhoto } from '../parts/heat-photo';
import { Icon } from '../parts/icon';
import { Notice } from '../parts/notice';
import { Page } from '../parts/shell';

export function Result() {
  const seen = looked.value;
  const [, go] = useLocation();
  const [chosen, choose] = useState<string | null>(null);
  if (!seen) return <Redirect to="/" />;
  const { data } = seen.bundle;
  const rows = seen.grading.attributes.map((graded, a) => ({ graded, attribute: data.attributes[a] }));
  const shown = rows.find(({ graded }) => graded.key === chosen) ?? mostVisible(rows, heatScales(data));
  const drop = async () => {
    await discard();
    go('/');
  };
  return (
    <Page title={t('result.title')} wide>
      <div class="result">
        <div class="result-photo">
          <HeatPhoto looked={seen} attribute={shown.attribute} />
          <Explain looked={seen} />
        </div>
        <div class="result-grades">
          <AdviceNotice advice={seen.grading.advice} />
          <fieldset class="grades">
            <legend>{t('result.heat')}</legend>
            {rows.map(({ graded, attribute }) => (
              <GradeRow
                key={graded.key}
                graded={graded}
                attribute={attribute}
                chosen={graded.key === shown.graded.key}
                onChoose={() => choose(graded.key)}
              />
            ))}
          </fieldset>
          <Kept looked={seen} onDiscard={drop} onAgain={() => go('/')} />
          <p class="aside">{t('result.rangeWhy', { coverage: Math.round(data.decoding.coverage * 100) })}</p>
          <p class="aside">{t('result.disclaimer')}</p>
        </div>
      </div>
    </Page>
  );
}

interface Row {
  graded: Graded;
  attribute: Attribute;
}

/** The one whose map shows most, of those that the model was taught here. */
function mostVisible(rows: Row[], scales: number[]): Row {
  const strength = ({ graded }: Row, a: number) =>
    graded.believed ? Math.max(...graded.heat.map(Math.abs)) / scales[a] : 0;
  const all = rows.map(strength);
  return rows[all.indexOf(Math.max(...all))];
}

interface RowProps extends Row {
  chosen: boolean;
  onChoose(): void;
}

/** One attribute; choosing it shows its map on the photo. */
function GradeRow({ graded, attribute, chosen, onChoose }: RowProps) {
  const name = nameOf(attribute);
  if (!graded.believed) return <UngradedRow name={name} />;
  const { grade, low, high, expected } = graded;
  return (
    <label class="grade-row">
      <input type="radio" name="attribute" checked={chosen} onChange={onChoose} />
      <Dial grade={grade} low={low} high={high} expected={expected} name={name} />
      <span class="grade-words">
        <span class="grade-name">{name}</span>
        <span class="grade-sure">
          {t('result.most', { grade })}, {low < high ? t('result.range', { low, high }) : t('result.sure')}
        </span>
        <span class="grade-scale">
          {endOf(attribute, 0)} → {endOf(attribute, 4)}
          <br />
          {t(`result.direction.${attribute.more_is}`)}
        </span>
      </span>
    </label>
  );
}

function UngradedRow({ name }: { name: string }) {
  return (
    <div class="grade-row ungraded">
      <Dial grade={null} name={name} />
      <span class="grade-words">
        <span class="grade-name">{name}</span>
        <span class="grade-sure">{t('result.notGraded')}</span>
        <span class="grade-scale">{t('result.notGradedWhy')}</span>
      </span>
    </div>
  );
}

function AdviceNotice({ advice }: { advice: Advice[] }) {
  if (!advice.length) return null;
  return (
    <Notice>
      <strong>{t('advice.title')}</strong>
      {advice.map((one) => (
        <p key={one}>{t(`advice.${one}` as Key)}</p>
      ))}
    </Notice>
  );
}

function Kept({ looked, onAgain, onDiscard }: { looked: Looked; onAgain(): void; onDiscard(): void }) {
  const kept = Object.keys(looked.record.attributes).length > 0;
  return (
    <div class="actions">
      <p class="kept" role="status">
        {kept && (
          <>
            <Icon name="check" /> {t('result.kept')}
          </>
        )}
      </p>
      <button class="button" onClick={onAgain}>
        {t('result.again')}
      </button>
      <button class="button quiet" onClick={onDiscard}>
        {t('result.discard')}
      </button>
    </div>
  );
}
