// Photos that the customer sends: made smaller before they leave, drawn on a canvas, which no page's policy forbids.

import { CallError, backoff } from "./connection.js";
import { newKey } from "./storage.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.85;
const TRIES = 4;
const LARGEST = 50_000_000; // bytes of a file that we try to read

/** What the browser can't show, or nobody could mean as a photo. */
export class NotAPhoto extends Error {}

/** A JPEG of a reasonable size. Throws NotAPhoto. */
export async function smaller(file) {
  if (file.size > LARGEST) throw new NotAPhoto();
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NotAPhoto();
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new NotAPhoto();
  return blob;
}

/** Sent once, however often the line breaks: the key is the same. Throws CallError. */
export async function send(gateway, session, blob) {
  const key = newKey();
  for (let tries = 1; ; tries += 1) {
    try {
      return await gateway.sendPhoto(session, blob, key);
    } catch (error) {
      if (!(error instanceof CallError) || !error.passing || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.wait || backoff(tries)) * 1000));
    }
  }
}

/** Draw it on the canvas, as large as it is shown. */
export async function draw(canvas, blob) {
  const bitmap = await createImageBitmap(blob);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
}
