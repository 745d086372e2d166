/** The phone's camera, looking for a poster's code; loaded by whoever presses its button. */
import { Camera, NoCamera } from "../scanner/camera";
import { NoReader, Reader, READER_FILES } from "../scanner/reading";
import { watch } from "../scanner/watch";

/** What reading needs besides this, to be kept for where there is no network. */
export const FILES = READER_FILES;

export type ScanFault = "denied" | "none" | "busy" | "unsupported" | "noReader";

/** Why nothing can be read, as the page says it. Anything else is thrown on. */
function faultOf(error: unknown): ScanFault {
  if (error instanceof NoCamera) return error.fault;
  if (error instanceof NoReader) return "noReader";
  throw error;
}

/** Look until `found` takes a text or the returned function is called; `fault` says why nothing is seen. */
export async function look(
  video: HTMLVideoElement,
  found: (text: string) => boolean,
  fault: (why: ScanFault) => void,
): Promise<() => void> {
  let camera: Camera | undefined;
  try {
    camera = await Camera.open(video);
    const reader = await Reader.start();
    const open = camera;
    const stop = (): void => {
      unwatch();
      open.close();
    };
    const unwatch = watch(video, reader, ({ texts }) => {
      if (texts.some(found)) stop();
    });
    return stop;
  } catch (error) {
    camera?.close();
    fault(faultOf(error));
    return () => undefined;
  }
}
