/** A labelled text field, its hint tied to it. */
import type { InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';

interface Props extends Omit<InputHTMLAttributes, 'label' | 'value'> {
  label: string;
  hint?: string;
  value: string;
  onText(value: string): void;
}

export function Field({ label, hint, value, onText, ...rest }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...rest}
        id={id}
        value={value}
        aria-describedby={hint && `${id}-hint`}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {hint && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}
