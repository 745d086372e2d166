"""The layers: the pinned wheels that functions import, for a named platform, without what they never open.

`python -m infra.build.layer FOLDER PYTHON ARCHITECTURE [bulk]`, called by SAM through layers/*/Makefile. `deps` is every
function's, with the font; `bulk` is duckdb, for those that write or join files of the lake.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.build.compiled import compile_tree
from infra.paths import FONT, ROOT

LOCKS = {"deps": ROOT / "requirements" / "layer.txt", "bulk": ROOT / "requirements" / "bulk.txt"}
WHEELS = {"arm64": "aarch64", "x86_64": "x86_64"}
# Wheels of Amazon Linux 2023 (glibc 2.34) and everything older.
TAGS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_12", "manylinux2010")
# In the lock because somebody's metadata names them; nothing that runs in a function imports them.
LEFT_OUT = {
    "pip": "an installer",
    "setuptools": "an installer",
    "wheel": "an installer",
    "ansicon": "Windows terminals",
    "colorama": "Windows terminals",
    "jinxed": "Windows terminals",
    "blessed": "Chalice's command line",
    "click": "Chalice's command line",
    "editor": "Chalice's command line",
    "inquirer": "Chalice's command line",
    "readchar": "Chalice's command line",
    "runs": "Chalice's command line",
    "wcwidth": "Chalice's command line",
    "xmod": "Chalice's command line",
    "pyyaml": "Chalice's command line",
    "pillow": "fpdf2 and qrcode use it for pictures only; ours are vectors",
}
# The services whose descriptions botocore reads; the other 400 are 20 MB.
SERVICES = frozenset(
    {
        "dynamodb",
        "kms",
        "lambda",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "sso",
        "sso-oidc",
        "states",
        "stepfunctions",
        "sts",
    }
)
NEVER_OPENED = ("tests", "test", "__pycache__")
# Of packages that are in the layer for something else.
UNUSED = (
    "phonenumbers/geodata",  # which town a number is of: 19 MB
    "phonenumbers/carrierdata",
    "phonenumbers/tzdata",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
    "boto3/examples",
)


def build(folder: Path, python: str, architecture: str, name: str = "deps") -> None:
    """Fill `folder`/python with a layer's packages for Python `python` on `architecture` (arm64 or x86_64)."""
    target = folder / "python"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        pinned = Path(temporary) / "layer.txt"
        pinned.write_text(without(LOCKS[name].read_text(encoding="utf-8"), frozenset(LEFT_OUT)), encoding="utf-8")
        subprocess.run(_install(pinned, target, python, architecture), check=True)
    trim(target)
    compile_tree(target, python)
    if name == "deps":
        (folder / "fonts").mkdir(exist_ok=True)
        shutil.copy2(FONT, folder / "fonts" / FONT.name)


def _install(pinned: Path, target: Path, python: str, architecture: str) -> list[str]:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-compile", "--upgrade", "--target", str(target)]
    command += ["--implementation", "cp", "--python-version", python]
    for tag in TAGS:
        command += ["--platform", f"{tag}_{WHEELS[architecture]}"]
    return [*command, "--requirement", str(pinned)]


def without(lock: str, names: frozenset[str]) -> str:
    """A lock file's text without the requirements called `names`."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    return "".join(block for block in blocks if re.split(r"[=\[\s;]", block, maxsplit=1)[0].lower() not in names)


def trim(target: Path) -> None:
    """Take away what is never opened: tests, and botocore's descriptions of services that we do not call."""
    for found in sorted(target.rglob("*"), reverse=True):
        if found.is_dir() and found.name in NEVER_OPENED:
            shutil.rmtree(found)
    data = target / "botocore" / "data"
    for service in data.iterdir() if data.is_dir() else ():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for name in (*UNUSED, "bin", "share"):  # the last two are programs and manual pages
        shutil.rmtree(target / name, ignore_errors=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]), *sys.argv[2:])
