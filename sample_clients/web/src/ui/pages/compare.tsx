/** Two scores side by side, and whether they differ by more than the model can tell apart. */
import { useId, useState } from 'preact/hooks';
import type { Attribute } from '../../core/bundle';
import { type Answer, instant, type Score } from '../../core/records';
import { moment, nameOf, partName, t } from '../i18n';
import { history } from '../state/app';
import { attributesOf, rangeOf } from '../parts/attributes';
import { Dial } from '../parts/dial';
import { Empty, Notice } from '../parts/notice';
import { Page } from '../parts/shell';

export function Compare() {
  const scores = [...(history.value?.scores ?? [])].sort((a, b) => instant(a) - instant(b));
  const [ids, setIds] = useState<[string?, string?]>([]);
  if (scores.length < 2)
    return (
      <Page title={t('compare.title')} back="/history">
        <Empty title={t('compare.few')} lead={t('trend.emptyLead')} />
      </Page>
    );
  const find = (id: string | undefined, otherwise: Score) => scores.find((one) => one.id === id) ?? otherwise;
  const after = find(ids[1], scores[scores.length - 1]);
  const before = find(
    ids[0],
    [...scores].reverse().find((one) => one.id !== after.id && one.part === after.part) ?? scores[0],
  );
  return (
    <Page title={t('compare.title')} back="/history">
      <div class="pickers narrow">
        <Picker label={t('compare.before')} scores={scores} chosen={before} onChoose={(id) => setIds([id, after.id])} />
        <Picker label={t('compare.after')} scores={scores} chosen={after} onChoose={(id) => setIds([before.id, id])} />
      </div>
      {before.part !== after.part && <Notice>{t('compare.parts')}</Notice>}
      {before.file_sha256 !== after.file_sha256 && <Notice>{t('compare.models')}</Notice>}
      <ul class="compared">
        {attributesOf(before)
          .filter(({ key }) => key in after.attributes)
          .map((attribute) => (
            <Row
              key={attribute.key}
              attribute={attribute}
              before={before.attributes[attribute.key]}
              after={after.attributes[attribute.key]}
            />
          ))}
      </ul>
    </Page>
  );
}

interface PickerProps {
  label: string;
  scores: Score[];
  chosen: Score;
  onChoose(id: string): void;
}

function Picker({ label, scores, chosen, onChoose }: PickerProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={chosen.id} onChange={(event) => onChoose(event.currentTarget.value)}>
        {[...scores].reverse().map((score) => (
          <option key={score.id} value={score.id}>
            {moment(score.captured_at)} · {partName(score.part)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Row({ attribute, before, after }: { attribute: Attribute; before: Answer; after: Answer }) {
  const name = nameOf(attribute);
  return (
    <li>
      <h2>{name}</h2>
      <Dial grade={before.grade} expected={before.expected_milli / 1000} name={`${t('compare.before')}, ${name}`} />
      <Dial grade={after.grade} expected={after.expected_milli / 1000} name={`${t('compare.after')}, ${name}`} />
      <p>{difference(attribute, before, after)}</p>
    </li>
  );
}

/** `1 lower, better`; with a remark where the likely ranges overlap. */
function difference(attribute: Attribute, before: Answer, after: Answer): string {
  const by = after.grade - before.grade;
  if (by === 0) return t('compare.same');
  const said = t(by > 0 ? 'compare.up' : 'compare.down', { by: Math.abs(by) });
  if (overlap(rangeOf(attribute, before), rangeOf(attribute, after))) return `${said}, ${t('compare.within')}`;
  if (attribute.more_is === 'neutral') return said;
  return `${said}, ${t(by > 0 === (attribute.more_is === 'better') ? 'compare.better' : 'compare.worse')}`;
}

function overlap(first: [number, number], second: [number, number]): boolean {
  return first[0] <= second[1] && second[0] <= first[1];
}
