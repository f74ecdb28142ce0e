/** One of a few: as a row of chips, or as a list to pull down. */
import { useId } from 'preact/hooks';

type Option = [value: string, label: string];

interface ChoiceProps {
  legend: string;
  name: string;
  options: Option[];
  value: string;
  onChoose(value: string): void;
}

export function Choice({ legend, name, options, value, onChoose }: ChoiceProps) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {options.map(([one, label]) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === value} onChange={() => onChoose(one)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Select({ label, options, value, onChoose }: Omit<ChoiceProps, 'legend' | 'name'> & { label: string }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
