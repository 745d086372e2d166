/** Drawing a live code: black on white whatever the theme, whole device pixels a module, a quiet zone of four. */
import { correction, generate, mode } from "lean-qr";

const QUIET = 4;
/** A symbol narrower than this on the screen is hard to read for a guard's camera. */
const LEAST_ROOM = 200;

/**
 * Draw `address` (up to and with its `#`) and `digits` as one QR symbol, as large as fits.
 *
 * `room`: CSS pixels there are for its side. The digits go in numeric mode: a third of the size of plain bytes.
 */
export function drawSymbol(canvas: HTMLCanvasElement, address: string, digits: string, room: number): void {
  const symbol = generate(mode.multi(mode.ascii(address), mode.numeric(digits)), {
    minCorrectionLevel: correction.M,
    maxCorrectionLevel: correction.M,
  });
  const modules = symbol.size + 2 * QUIET;
  const density = window.devicePixelRatio || 1;
  const scale = Math.max(1, Math.floor((Math.max(room, LEAST_ROOM) * density) / modules));
  canvas.width = canvas.height = modules * scale;
  canvas.style.width = canvas.style.height = `${(modules * scale) / density}px`;
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000000";
  for (let y = 0; y < symbol.size; y++) {
    for (let x = 0; x < symbol.size; x++) {
      if (symbol.get(x, y)) pen.fillRect((x + QUIET) * scale, (y + QUIET) * scale, scale, scale);
    }
  }
}
