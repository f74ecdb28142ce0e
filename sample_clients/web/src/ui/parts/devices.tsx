/** Which phones and browsers are signed in, and an end for a lost one. */
import { formatISO, fromUnixTime } from 'date-fns';
import { useEffect, useState } from 'preact/hooks';
import { moment, t } from '../i18n';
import type { DeviceLogin } from '../../core/account';
import { session } from '../state/app';
import { TroubleNotice } from './notice';
import { useWork } from './work';

export function Devices() {
  const [all, setAll] = useState<DeviceLogin[]>([]);
  const work = useWork();
  const list = async () => setAll(await session.profile.devices());
  useEffect(() => void work.run(list), []);
  const end = (id: string) =>
    work.run(async () => {
      await session.profile.endDevice(id);
      await list();
    });
  return (
    <section class="card">
      <h2>{t('account.devices')}</h2>
      <ul class="rows">
        {all.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.name || t('account.unnamed')}</strong>
              <span class="aside">
                {one.current
                  ? t('account.thisDevice')
                  : t('account.lastUsed', { when: moment(formatISO(fromUnixTime(one.last_used))) })}
              </span>
            </span>
            {!one.current && (
              <button class="button quiet" disabled={work.busy} onClick={() => end(one.id)}>
                {t('account.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <TroubleNotice error={work.error} />
    </section>
  );
}
