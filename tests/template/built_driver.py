"""Calls handlers of a built package as Lambda would: nothing on the path but the package and its layer.

Run by tests/template/test_built.py with `python -S -I`; reads calls from standard input, writes answers to standard
output. Not a test, and imports nothing of the checkout.
"""

import importlib
import json
import sys
from types import SimpleNamespace

PACKAGE, LAYER = sys.argv[1:3]
sys.path[:0] = [PACKAGE, LAYER]
sys.dont_write_bytecode = True  # Lambda mounts packages for reading only
CONTEXT = SimpleNamespace(
    function_name="built",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:ap-southeast-1:123456789012:function:built",
    aws_request_id="5f3c0a6e-0000-4000-8000-000000000000",
    get_remaining_time_in_millis=lambda: 15_000,
)


def main() -> None:
    """Answer each call, and tell from where every module of ours and of the layer came."""
    answers = []
    for handler, event in json.load(sys.stdin):
        module, name = handler.rsplit(".", 1)
        answers.append(getattr(importlib.import_module(module), name)(event, CONTEXT))
    files = [str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())]
    cached = [str(getattr(module, "__cached__", None) or "") for module in list(sys.modules.values())]
    # Handlers log to standard output, as Lambda wants; the answer is the last line.
    print()  # noqa: T201 - this is how it answers
    print(json.dumps({"answers": answers, "files": files, "cached": cached}))  # noqa: T201 - the same


main()
