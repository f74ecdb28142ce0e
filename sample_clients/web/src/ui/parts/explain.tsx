/** "Explain in detail": asks for consent before anything is sent, and for an account where there is none. */
import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Shown } from '../../core/account';
import { codeOf } from '../../core/trouble';
import { consentText, t } from '../i18n';
import { session, who } from '../state/app';
import { type Looked, explain } from '../state/photo';
import { Dialog } from './dialog';
import { Icon } from './icon';
import { TroubleNotice } from './notice';
import { useWork } from './work';

export function Explain({ looked }: { looked: Looked }) {
  const work = useWork();
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (codeOf(work.error) === 'consent-required') setAsking(true);
  }, [work.error]);
  if (looked.layers)
    return (
      <div role="status">
        <p class="kept">
          <Icon name="check" /> {t('result.detailDone')}
        </p>
        {looked.explains && <p class="aside">{t('result.detailOther', { version: looked.explains })}</p>}
      </div>
    );
  if (!who.value.signedIn)
    return (
      <p class="aside">
        {t('result.detailGuest')} <Link href="/account">{t('account.login')}</Link>
      </p>
    );
  const agreed = async (version: number) => {
    setAsking(false);
    await work.run(async () => {
      await session.profile.consent({ heatmap: version });
      await explain();
    });
  };
  return (
    <>
      <button class="button" disabled={work.busy} onClick={() => work.run(explain)}>
        {work.busy ? <span class="spinner" aria-hidden="true" /> : <Icon name="info" />}
        {t(work.busy ? 'result.detailBusy' : 'result.detail')}
      </button>
      {asking ? (
        <Consent onYes={agreed} onNo={() => setAsking(false)} />
      ) : (
        codeOf(work.error) !== 'consent-required' && <TroubleNotice error={work.error} />
      )}
    </>
  );
}

/** The text of the server's version: that is what is agreed to. */
function Consent({ onYes, onNo }: { onYes(version: number): void; onNo(): void }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => void session.profile.shown().then(setShown, setError), []);
  const text = shown?.consent_texts.heatmap;
  return (
    <Dialog title={t('consent.title')} onClose={onNo}>
      <p>{t('consent.what')}</p>
      <blockquote>{text && consentText('heatmap', text.version, text.text)}</blockquote>
      <p class="aside">{t('consent.later')}</p>
      <TroubleNotice error={error} />
      <div class="actions">
        <button class="button primary" disabled={!text} onClick={() => text && onYes(text.version)}>
          {t('consent.yes')}
        </button>
        <button class="button" onClick={onNo}>
          {t('action.cancel')}
        </button>
      </div>
    </Dialog>
  );
}
