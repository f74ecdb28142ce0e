/** All scores, the newest first. */
import { Link } from 'wouter-preact';
import { instant, type Score } from '../../core/records';
import { moment, nameOf, partName, t } from '../i18n';
import { history, who } from '../state/app';
import { attributesOf } from '../parts/attributes';
import { Icon } from '../parts/icon';
import { Empty, Notice } from '../parts/notice';
import { Page } from '../parts/shell';

export function History() {
  const scores = [...(history.value?.scores ?? [])].sort((a, b) => instant(b) - instant(a));
  if (!scores.length)
    return (
      <Page title={t('history.title')}>
        <Empty title={t('history.empty')} lead={t('history.emptyLead')}>
          <Link href="/" class="button primary">
            {t('history.first')}
          </Link>
        </Empty>
      </Page>
    );
  return (
    <Page title={t('history.title')}>
      <div class="bar">
        <span class="aside">{t('history.count', { count: scores.length })}</span>
        {scores.length > 1 && <Link href="/compare">{t('history.compare')}</Link>}
      </div>
      {!who.value.account && (
        <Notice>
          {t('history.guest')} <Link href="/account/register">{t('history.guestAction')}</Link>
        </Notice>
      )}
      <ul class="entries">
        {scores.map((score) => (
          <Item key={score.id} score={score} />
        ))}
      </ul>
    </Page>
  );
}

function Item({ score }: { score: Score }) {
  const note = history.value?.notes[score.id];
  const state = stateOf(score.id);
  return (
    <li>
      <Link href={`/history/${score.id}`} class="entry">
        <span class="entry-when">
          <strong>{moment(score.captured_at)}</strong>
          <span>
            {partName(score.part)}
            {state && ` · ${state}`}
          </span>
        </span>
        <Grades score={score} />
        {note && <span class="entry-note">{note}</span>}
        <Icon name="next" />
      </Link>
    </li>
  );
}

function Grades({ score }: { score: Score }) {
  return (
    <span class="mini-grades">
      {attributesOf(score).map((attribute) => {
        const { grade } = score.attributes[attribute.key];
        return (
          <span key={attribute.key} class="mini-grade">
            {nameOf(attribute)} <b>{grade}</b>
          </span>
        );
      })}
    </span>
  );
}

/** Guests have nothing to sync, so nothing waits. */
function stateOf(id: string): string {
  if (history.value?.refused.has(id)) return t('history.refused');
  return who.value.account && history.value?.unsent.has(id) ? t('history.unsent') : '';
}
