/** Consent to sync, asked when an account is made: what an account is for, and yet nobody's to assume. */
import { t } from '../i18n';

export const SHOWN = 1; // the version of the consent's text below

export function KeepHistory({ yes, onChange }: { yes: boolean; onChange(yes: boolean): void }) {
  return (
    <div class="agree">
      <label for="keep">
        <strong>{t('account.consent.sync')}</strong>
        <span class="aside">{t('consent.text.sync.1')}</span>
      </label>
      <input
        id="keep"
        type="checkbox"
        class="switch"
        checked={yes}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}
