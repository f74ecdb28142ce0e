/** The graded square with the chosen attribute's map over it: the phone's own, or the server's once it explained. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Attribute, heatScales } from '../../core/bundle';
import { layer } from '../../core/heat';
import { nameOf, t } from '../i18n';
import type { Looked } from '../state/photo';

const SIDE = 224; // px of the drawn layer; the browser smooths it to the photo's size

export function HeatPhoto({ looked, attribute }: { looked: Looked; attribute: Attribute }) {
  const [strength, setStrength] = useState(80);
  const slider = useId();
  const detailed = looked.layers?.[attribute.key];
  const opacity = strength / 100;
  return (
    <figure class="heat">
      <div class="heat-square" role="img" aria-label={t('result.heatAlt', { name: nameOf(attribute) })}>
        <img src={looked.photo} alt="" />
        {detailed ? (
          <img src={detailed} alt="" class="heat-layer" style={{ opacity }} />
        ) : (
          <Layer looked={looked} attribute={attribute} opacity={opacity} />
        )}
      </div>
      <figcaption>
        <label for={slider}>{t('result.heatStrength')}</label>
        <input
          id={slider}
          type="range"
          min="0"
          max="100"
          step="5"
          value={strength}
          onInput={(event) => setStrength(Number(event.currentTarget.value))}
        />
        <span class="legend">
          <span class="legend-up" /> {t('result.up')}
          <span class="legend-down" /> {t('result.down')}
        </span>
      </figcaption>
    </figure>
  );
}

function Layer({ looked, attribute, opacity }: { looked: Looked; attribute: Attribute; opacity: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { data } = looked.bundle;
    const a = data.attributes.indexOf(attribute);
    const pixels = layer(looked.grading.attributes[a].heat, heatScales(data)[a], SIDE);
    canvas.current?.getContext('2d')?.putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  }, [looked, attribute]);
  return <canvas ref={canvas} width={SIDE} height={SIDE} class="heat-layer" style={{ opacity }} />;
}
