/** Choose a photo from this device. */
import { useRef } from 'preact/hooks';
import { t } from '../i18n';
import { Icon } from './icon';

export function FileButton({ disabled, onFile }: { disabled: boolean; onFile(file: File): void }) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = () => {
    const file = input.current?.files?.[0];
    if (file) onFile(file);
    if (input.current) input.current.value = ''; // the same photo may be chosen again
  };
  return (
    <>
      <button class="button" disabled={disabled} onClick={() => input.current?.click()}>
        <Icon name="picture" />
        {t('grade.file')}
      </button>
      <input ref={input} type="file" accept="image/*" hidden onChange={chosen} />
    </>
  );
}
