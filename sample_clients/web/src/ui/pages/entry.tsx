/** One score of the history: its grades, its note, its end. */
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { NOTE_LENGTH, type Score, noteRecord } from '../../core/records';
import { endOf, moment, nameOf, partName, t } from '../i18n';
import { history, session } from '../state/app';
import { kept } from '../state/syncing';
import { attributesOf, rangeOf } from '../parts/attributes';
import { Dial } from '../parts/dial';
import { Dialog } from '../parts/dialog';
import { Notice, TroubleNotice } from '../parts/notice';
import { Page } from '../parts/shell';
import { useWork } from '../parts/work';

export function Entry({ id }: { id: string }) {
  const score = history.value?.scores.find((one) => one.id === id);
  if (!score)
    return (
      <Page title={t('history.title')} back="/history">
        <Notice>{t('entry.missing')}</Notice>
      </Page>
    );
  const refused = history.value?.refused.get(id);
  return (
    <Page
      title={t('entry.title', { part: partName(score.part), date: moment(score.captured_at, 'short') })}
      back="/history"
    >
      <p class="lead">{moment(score.captured_at)}</p>
      {refused && <Notice kind="trouble">{`${t('history.refused')}: ${refused.detail ?? refused.type ?? ''}`}</Notice>}
      <ul class="dials">
        {attributesOf(score).map((attribute) => {
          const { grade, expected_milli } = score.attributes[attribute.key];
          const [low, high] = rangeOf(attribute, score.attributes[attribute.key]);
          return (
            <li key={attribute.key}>
              <Dial grade={grade} low={low} high={high} expected={expected_milli / 1000} name={nameOf(attribute)} />
              <strong>{nameOf(attribute)}</strong>
              <span>{grade <= 1 ? endOf(attribute, 0) : grade >= 3 ? endOf(attribute, 4) : ''}</span>
            </li>
          );
        })}
      </ul>
      <NoteForm score={score} />
      <p class="aside">
        {t('entry.model', { version: score.model.version })}. {t('entry.noPhoto')}
      </p>
      <Delete score={score} />
    </Page>
  );
}

function NoteForm({ score }: { score: Score }) {
  const saved = history.value?.notes[score.id] ?? '';
  const [text, setText] = useState(saved);
  const work = useWork();
  const save = (event: Event) => {
    event.preventDefault();
    void work.run(async () => {
      await session.store.add(noteRecord(score.id, text.trim()));
      await kept();
    });
  };
  const isSaved = text.trim() === saved;
  return (
    <form class="note" onSubmit={save}>
      <label for="note">{t('entry.note')}</label>
      <textarea
        id="note"
        rows={2}
        maxLength={NOTE_LENGTH}
        placeholder={t('entry.noteHint')}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="actions">
        <button class="button" disabled={isSaved || work.busy}>
          {t('entry.save')}
        </button>
        <span role="status">{isSaved && saved && t('entry.saved')}</span>
      </div>
      <TroubleNotice error={work.error} />
    </form>
  );
}

function Delete({ score }: { score: Score }) {
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const work = useWork();
  const remove = () =>
    work.run(async () => {
      await session.store.delete(score.id);
      go('/history');
      await kept();
    });
  return (
    <>
      <button class="button quiet danger" onClick={() => setAsking(true)}>
        {t('entry.delete')}
      </button>
      {asking && (
        <Dialog title={t('entry.deleteTitle')} onClose={() => setAsking(false)}>
          <p>{t('entry.deleteLead')}</p>
          <TroubleNotice error={work.error} />
          <div class="actions">
            <button class="button danger" disabled={work.busy} onClick={remove}>
              {t('entry.delete')}
            </button>
            <button class="button" onClick={() => setAsking(false)}>
              {t('action.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
