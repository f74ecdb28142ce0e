/** The first page: which part of the face, and a photo of it. */
import { useLocation } from 'wouter-preact';
import { PARTS, partName, t } from '../i18n';
import { bundle } from '../state/app';
import { altered } from '../state/model';
import { look, part } from '../state/photo';
import { Face } from '../parts/face';
import { FileButton } from '../parts/file-button';
import { Icon } from '../parts/icon';
import { Notice, TroubleNotice } from '../parts/notice';
import { Page } from '../parts/shell';
import { useWork } from '../parts/work';

export function Grade() {
  const [, go] = useLocation();
  const work = useWork();
  const take = (photo: Blob) =>
    work.run(async () => {
      await look(photo);
      go('/result');
    });
  return (
    <Page title={t('grade.title')}>
      <p class="lead">{t('grade.lead')}</p>
      <PartChoice />
      <div class="actions stacked">
        <button class="button primary" disabled={work.busy} onClick={() => go('/camera')}>
          <Icon name="camera" />
          {t('grade.camera')}
        </button>
        <FileButton disabled={work.busy} onFile={take} />
      </div>
      <p class="working" role="status">
        {work.busy && <Working />}
      </p>
      <TroubleNotice error={work.error} />
      {altered.value && <Notice>{t('grade.altered')}</Notice>}
      <p class="promise">
        <Icon name="lock" />
        {t('grade.private')}
      </p>
      <p class="aside">{t('grade.tips')}</p>
    </Page>
  );
}

/** Says which of the two waits this is. */
export function Working() {
  return (
    <>
      <span class="spinner" aria-hidden="true" />
      {t(bundle.value ? 'grade.working' : 'grade.loading')}
    </>
  );
}

function PartChoice() {
  return (
    <fieldset class="part-choice">
      <legend>{t('grade.part')}</legend>
      {PARTS.map((one) => (
        <label key={one}>
          <input type="radio" name="part" checked={part.value === one} onChange={() => (part.value = one)} />
          <Face part={one} />
          <span>{partName(one)}</span>
        </label>
      ))}
    </fieldset>
  );
}
