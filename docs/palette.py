"""Makes a picture smaller: a palette of the 256 colours that most of it has, counted by the browser that took it."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.async_api import Page

_COUNT = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, width, height);
  const bins = new Map(), binOf = new Uint16Array(width * height);
  for (let at = 0; at < binOf.length; at += 1) {
    const [r, g, b] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
    const name = binOf[at] = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
    const bin = bins.get(name) ?? bins.set(name, [0, 0, 0, 0]).get(name);
    bin[0] += 1; bin[1] += r; bin[2] += g; bin[3] += b;
  }
  const mean = ([n, r, g, b]) => [r / n, g / n, b / n];
  const palette = [...bins.values()].sort((one, other) => other[0] - one[0]).slice(0, 256).map(mean);
  const far = (one, other) => one.reduce((sum, value, at) => sum + (value - other[at]) ** 2, 0);
  const nearest = new Map([...bins].map(([name, bin]) => {
    const own = mean(bin), gaps = palette.map((each) => far(each, own));
    return [name, gaps.indexOf(Math.min(...gaps))];
  }));
  let pixels = "";
  for (let at = 0; at < binOf.length; at += 1) pixels += String.fromCharCode(nearest.get(binOf[at]));
  return { width, height, palette: palette.flat().map(Math.round), pixels: btoa(pixels) };
}"""


async def smaller(page: Page, png: bytes) -> bytes:
    """Reduce the picture `png` to a palette; `page` is a blank page, to count its colours in."""
    found = await page.evaluate(_COUNT, base64.b64encode(png).decode())
    width, height, pixels = found["width"], found["height"], base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
