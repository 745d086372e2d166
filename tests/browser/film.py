"""Films for Chromium's fake camera: a picture of a code, held up in a scene as people hold their phones.

`film(picture, path, tilt=0.3, dim=0.4)` writes a second of it; `sequence([(scene(one), 0.8), (None, 0.4), …], path)`
shows several one after the other, again and again: frames of YUV4MPEG2, which says itself how many it has a second. Eight
are enough to read by, and thirty kept a processor busy.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter
from playwright.sync_api import Browser, Playwright

from credentials.symbols import as_png, draw_symbol
from tests.browser.chromium import FLAGS, chromium

WIDTH, HEIGHT = 1280, 720
FRAMES_A_SECOND: Final = 8
NOISY_VARIANTS: Final = 4  # grain must move; making it is slow, so a few kinds of it take turns
LINK: Final = "https://gate.example.gov/v#"

Picture = Image.Image
Point = tuple[float, float]


def symbol(digits: str, url: str = LINK) -> Picture:
    """The code a holder's page shows: an address and digits."""
    return Image.open(io.BytesIO(as_png(draw_symbol(url, digits)))).convert("L")


def plain_symbol(text: str) -> Picture:
    """A QR code of any text: a poster's, somebody else's."""
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415 - as credentials.symbols has it
    from qrcode.main import QRCode  # noqa: PLC0415

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=8)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    picture = Image.new("L", (len(matrix), len(matrix)), 255)
    picture.putdata([0 if dark else 255 for row in matrix for dark in row])
    return picture.resize((8 * len(matrix), 8 * len(matrix)), Image.Resampling.NEAREST)


def scene(
    picture: Picture | None,
    *,
    tilt: float = 0.0,
    turn: float = 0.0,
    dim: float = 1.0,
    blur: float = 0.0,
    noise: float = 0.0,
    size: float = 0.8,
    at: Point = (0.5, 0.5),
) -> list[Picture]:
    """Frames of a booth with the picture held up in it, or of the empty booth.

    `tilt`: how much shorter the far side is (0 to 0.5). `turn`: degrees. `dim`: the light that is left. `blur`: pixels.
    `noise`: standard deviation of the grain, of 255. `size`: of the frame's height. `at`: the middle, in parts of the frame.
    """
    frame = _booth()
    if picture is not None:
        _hold_up(frame, picture, tilt=tilt, turn=turn, size=size, at=at)
    if blur:
        frame = frame.filter(ImageFilter.GaussianBlur(blur))
    if dim != 1.0:
        frame = ImageEnhance.Brightness(frame).enhance(dim)
    if not noise:
        return [frame]
    return [_grainy(frame, noise) for _ in range(NOISY_VARIANTS)]


def film(picture: Picture | None, path: Path, *, seconds: float = 1.0, **held: float) -> Path:
    """Write a film of one scene; `held` is what `scene` takes."""
    return sequence([(scene(picture, **held), seconds)], path)  # type: ignore[arg-type]  # `at` alone is a point


def sequence(scenes: Sequence[tuple[list[Picture], float]], path: Path) -> Path:
    """Write a film of scenes one after the other, each for so many seconds; a camera that plays the one before goes on."""
    made = path.with_name(f"new-{path.name}")
    with made.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_A_SECOND}:1 Ip A1:1 C420\n".encode())
        for frames, seconds in scenes:
            encoded = [_planes(frame) for frame in frames]
            for number in range(round(seconds * FRAMES_A_SECOND)):
                out.write(encoded[number % len(encoded)])
    return made.replace(path)


@contextmanager
def camera(driver: Playwright, film: Path | None, *, allowed: bool = True) -> Iterator[Browser]:
    """A Chromium of its own that sees the film; without one it has no camera; `allowed` is the person's answer."""
    flags = [*FLAGS]
    if allowed:
        flags.append("--use-fake-ui-for-media-stream")
    if film is not None:
        flags += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = driver.chromium.launch(executable_path=chromium(), args=flags)
    try:
        yield browser
    finally:
        browser.close()


def _booth() -> Picture:
    frame = Image.new("RGB", (WIDTH, HEIGHT), (126, 124, 118))
    draw = ImageDraw.Draw(frame)
    for x in range(0, WIDTH, 160):  # tiles, a sill: what a camera sees behind the phone
        draw.rectangle((x, 0, x + 78, HEIGHT), fill=(140, 138, 130))
    draw.rectangle((0, HEIGHT - 90, WIDTH, HEIGHT), fill=(88, 82, 74))
    return frame


def _hold_up(frame: Picture, picture: Picture, *, tilt: float, turn: float, size: float, at: Point) -> None:
    high = round(HEIGHT * size)
    wide = round(high * picture.width / picture.height)
    held = picture.convert("RGB").resize((wide, high), Image.Resampling.LANCZOS).convert("RGBA")
    if tilt:
        inset = high * tilt / 2
        corners = ((0.0, 0.0), (float(wide), inset), (float(wide), high - inset), (0.0, float(high)))
        whole = ((0.0, 0.0), (float(wide), 0.0), (float(wide), float(high)), (0.0, float(high)))
        held = held.transform(
            held.size, Image.Transform.PERSPECTIVE, _perspective(corners, whole), Image.Resampling.BICUBIC
        )
    if turn:
        held = held.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    left, top = round(WIDTH * at[0] - held.width / 2), round(HEIGHT * at[1] - held.height / 2)
    frame.paste(held, (left, top), held)


def _perspective(shown: Sequence[Point], source: Sequence[Point]) -> list[float]:
    """The eight numbers by which Pillow finds, for a point of what is shown, its point in the source."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(shown, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return _solved(rows, wanted)


def _solved(rows: list[list[float]], wanted: list[float]) -> list[float]:
    """Solve linear equations (Gauss and Jordan, with pivots)."""
    table = [[*row, value] for row, value in zip(rows, wanted, strict=True)]
    for column in range(len(table)):
        pivot = max(range(column, len(table)), key=lambda row: abs(table[row][column]))
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [value / table[column][column] for value in table[column]]
        for row in range(len(table)):
            if row != column and table[row][column]:
                factor = table[row][column]
                table[row] = [a - factor * b for a, b in zip(table[row], table[column], strict=True)]
    return [row[-1] for row in table]


def _grainy(frame: Picture, noise: float) -> Picture:
    grain = Image.effect_noise(frame.size, noise)
    return ImageChops.add(frame, grain.convert("RGB"), scale=1.0, offset=-128)


def _planes(frame: Picture) -> bytes:
    luma, *chroma = frame.convert("YCbCr").split()
    half = (WIDTH // 2, HEIGHT // 2)
    return b"FRAME\n" + luma.tobytes() + b"".join(one.resize(half, Image.Resampling.BOX).tobytes() for one in chroma)
