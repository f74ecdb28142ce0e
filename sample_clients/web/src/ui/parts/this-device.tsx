/** Language, storage and model of this device. */
import { useEffect, useState } from 'preact/hooks';
import { LANGUAGES, type Language, choose, language, t } from '../i18n';
import { bundle } from '../state/app';
import { lookForUpdate } from '../state/model';
import { Choice } from './choice';
import { TroubleNotice } from './notice';
import { useWork } from './work';

const SAID = { take: 'account.modelTaken', keep: 'account.modelSame', wait: 'account.modelLater' } as const;

export function ThisDevice() {
  const languages = Object.entries(LANGUAGES).map(([code, words]): [string, string] => [code, words.language]);
  return (
    <section class="card">
      <h2>{t('account.device')}</h2>
      <Choice
        legend={t('account.languageLabel')}
        name="language"
        options={languages}
        value={language.value}
        onChoose={(code) => choose(code as Language)}
      />
      <Storage />
      <Model />
      <p class="aside">
        <a href="./docs">{t('account.docs')}</a>
      </p>
    </section>
  );
}

function Storage() {
  const [kept, setKept] = useState<boolean | null>(null);
  useEffect(() => void (navigator.storage?.persisted?.() ?? Promise.resolve(false)).then(setKept), []);
  return <p class="aside">{kept !== null && t(kept ? 'account.storage.kept' : 'account.storage.risk')}</p>;
}

function Model() {
  const work = useWork();
  const [said, setSaid] = useState('');
  const version = bundle.value?.data.version;
  const look = () =>
    work.run(async () => {
      setSaid('');
      const decision = await lookForUpdate();
      setSaid(t(SAID[decision], { version: bundle.value?.data.version ?? '' }));
    });
  return (
    <>
      <div class="bar wrap">
        <span>{version ? t('account.model', { version }) : t('error.model-missing')}</span>
        <button class="button" disabled={work.busy} onClick={look}>
          {work.busy && <span class="spinner" aria-hidden="true" />}
          {t('account.modelCheck')}
        </button>
      </div>
      <p role="status">{said}</p>
      <TroubleNotice error={work.error} />
    </>
  );
}
