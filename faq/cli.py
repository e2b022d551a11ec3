# ruff: noqa: T201, PLC0415 - a command prints, and imports only what it needs: `serve` never sees PyTorch
"""`python -m faq <command>`."""

import argparse
import sys
import time
from pathlib import Path

from faq.errors import FaqError
from faq.settings import FaqSettings


def main(arguments: list[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except FaqError as error:
        print(f"faq: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faq", description="The FAQ engine.")
    commands = parser.add_subparsers(required=True)
    prepare = commands.add_parser("prepare", help="export the encoder's model once")
    prepare.add_argument("--data", type=Path, help="data folder instead of AFTERCARE_DATA")
    prepare.add_argument("--model", help="model instead of AFTERCARE_FAQ_MODEL")
    prepare.set_defaults(run=_prepare)
    load = commands.add_parser("import", help="publish the entries of a file, where there are none yet")
    load.add_argument("file", type=Path)
    load.add_argument(
        "--replace", action="store_true", help="make the file the truth: see docs/how-to/curate-the-faq.md"
    )
    load.set_defaults(run=_import)
    commands.add_parser("serve", help="run the service").set_defaults(run=_serve)
    return parser


def _prepare(parsed: argparse.Namespace) -> int:
    from faq.encoder.export import prepare

    settings = FaqSettings()
    started = time.perf_counter()
    folder, made = prepare(parsed.data or settings.data, parsed.model or settings.faq_model)
    seconds = time.perf_counter() - started
    print(f"{'exported to' if made else 'up to date:'} {folder} ({seconds:.1f} s)")
    return 0


def _import(parsed: argparse.Namespace) -> int:
    from faq.entries.files import read_entries
    from faq.entries.importing import import_file

    contents = read_entries(parsed.file)
    url = FaqSettings().database_url
    if not url:
        raise FaqError("AFTERCARE_DATABASE_URL is not set.")
    published, removed = import_file(url, contents, replace_all=parsed.replace)
    print(f"{published} entries published, {removed} taken offline" if published or removed else "nothing to do")
    return 0


def _serve(_parsed: argparse.Namespace) -> int:
    import uvicorn

    from common.logs import configure_logs
    from faq.app import create_app

    settings = FaqSettings()
    configure_logs("faq", as_json=settings.log_json, level=settings.log_level)
    uvicorn.run(create_app(settings), host=settings.faq_host, port=settings.faq_port, log_config=None, access_log=False)
    return 0
