/** What was agreed to, in the server's own words, each with a switch. */
import { useState } from 'preact/hooks';
import { type Key, consentText, t } from '../i18n';
import type { Shown } from '../../core/account';
import { session } from '../state/app';
import { syncNow } from '../state/syncing';
import { TroubleNotice } from './notice';
import { useWork } from './work';

export function Consents({ shown, onChange }: { shown: Shown; onChange(shown: Shown): void }) {
  const work = useWork();
  const [chosen, setChosen] = useState<Record<string, boolean>>({}); // shown until the server has answered
  const set = async (purpose: string, yes: boolean) => {
    setChosen({ [purpose]: yes });
    await work.run(async () => {
      const version = yes ? shown.consent_texts[purpose].version : 0;
      onChange(await session.profile.consent({ [purpose]: version }));
      void syncNow();
    });
    setChosen({});
  };
  return (
    <section class="card">
      <h2>{t('account.consents')}</h2>
      <ul class="rows">
        {Object.entries(shown.consent_texts).map(([purpose, { text, version }]) => (
          <li key={purpose}>
            <label for={`consent-${purpose}`}>
              <strong>{t(`account.consent.${purpose}` as Key)}</strong>
              <span class="aside">{consentText(purpose, version, text)}</span>
            </label>
            <input
              id={`consent-${purpose}`}
              type="checkbox"
              class="switch"
              checked={chosen[purpose] ?? shown.consents[purpose]}
              disabled={work.busy}
              onChange={(event) => set(purpose, event.currentTarget.checked)}
            />
          </li>
        ))}
      </ul>
      <TroubleNotice error={work.error} />
    </section>
  );
}
