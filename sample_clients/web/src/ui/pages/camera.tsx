/** The camera, with a frame that shows what the square should hold. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { Trouble } from '../../core/trouble';
import { type Key, partName, t } from '../i18n';
import { look, part } from '../state/photo';
import { Guide } from '../parts/face';
import { FileButton } from '../parts/file-button';
import { Icon } from '../parts/icon';
import { TroubleNotice } from '../parts/notice';
import { Page } from '../parts/shell';
import { useWork } from '../parts/work';
import { Working } from './grade';

type Facing = 'user' | 'environment';

export function Camera() {
  const [, go] = useLocation();
  const [facing, setFacing] = useState<Facing>('user');
  const camera = useCamera(facing);
  const work = useWork();
  const take = (photo: () => Promise<Blob>) =>
    work.run(async () => {
      await look(await photo());
      go('/result');
    });
  return (
    <Page title={partName(part.value)} back="/">
      <p class="lead">{t(`guide.${part.value}` as Key)}</p>
      <div class={`viewfinder ${facing === 'user' ? 'mirrored' : ''}`} hidden={Boolean(camera.error)}>
        <video ref={camera.video} playsInline muted autoPlay aria-label={t('camera.title')} />
        {camera.ready ? <Guide part={part.value} /> : <p>{!camera.error && t('camera.starting')}</p>}
      </div>
      <TroubleNotice error={camera.error ?? work.error} />
      {camera.error ? (
        <FileButton disabled={work.busy} onFile={(file) => take(async () => file)} />
      ) : (
        <div class="shutter">
          <button
            class="button primary"
            disabled={!camera.ready || work.busy}
            onClick={() => take(() => frame(camera.video.current))}
          >
            <Icon name="camera" />
            {t('camera.shoot')}
          </button>
          <button
            class="button"
            aria-label={t('camera.turn')}
            disabled={!camera.ready || work.busy}
            onClick={() => setFacing(facing === 'user' ? 'environment' : 'user')}
          >
            <Icon name="turn" />
          </button>
        </div>
      )}
      <p class="working" role="status">
        {work.busy && <Working />}
      </p>
    </Page>
  );
}

/** Runs the camera while the page is shown. */
function useCamera(facing: Facing) {
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    setReady(false);
    setError(null);
    opened(facing).then(
      async (found) => {
        stream = found;
        if (gone || !video.current) return stop(found);
        video.current.srcObject = found;
        await video.current.play();
        setReady(true);
      },
      (failed) => !gone && setError(failed),
    );
    return () => {
      gone = true;
      stop(stream);
    };
  }, [facing]);
  return { video, ready, error };
}

async function opened(facing: Facing): Promise<MediaStream> {
  const size = { ideal: 2560 };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: facing, width: size, height: size } });
  } catch (error) {
    const denied = error instanceof DOMException && error.name === 'NotAllowedError';
    throw new Trouble(denied ? 'camera-denied' : 'camera-missing');
  }
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** What the camera shows now, lossless. */
async function frame(video: HTMLVideoElement | null): Promise<Blob> {
  if (!video) throw new Trouble('camera-missing');
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Trouble('photo-unreadable'))), 'image/png'),
  );
}
