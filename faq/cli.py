# ruff: noqa: T201, PLC0415 - a command prints, and imports only what it needs: `serve` never sees PyTorch
"""`python -m faq <command>`."""

import argparse
import os
import sys
import time
from pathlib import Path

from faq.errors import FaqError
from faq.settings import FaqSettings


def main(arguments: list[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read when numpy is loaded, which no import above does
        os.environ.setdefault(library, "1")
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
    load.add_argument("--replace", action="store_true", help="make the file the truth: see docs/how-to/curate.md")
    load.set_defaults(run=_import)
    evaluate = commands.add_parser("evaluate", help="measure any entries against any questions; no database needed")
    evaluate.add_argument("--entries", type=Path, required=True)
    evaluate.add_argument("--queries", type=Path, required=True)
    evaluate.add_argument("--out", type=Path, required=True)
    evaluate.add_argument("--target", type=float, help="share of answers to be right, instead of AFTERCARE_FAQ_TARGET")
    evaluate.add_argument("--language", help="language of the questions; with the encoder that they get in the service")
    evaluate.set_defaults(run=_evaluate)
    validate = commands.add_parser("cross-validate", help="measure entries by their own phrasings")
    validate.add_argument("--entries", type=Path, required=True)
    validate.set_defaults(run=_cross_validate)
    fit = commands.add_parser("fit", help="fit the weights that every collection starts with (for developers)")
    fit.add_argument("--entries", type=Path, nargs="+", required=True)
    fit.add_argument("--out", type=Path, required=True)
    fit.set_defaults(run=_fit)
    commands.add_parser("serve", help="run the service").set_defaults(run=_serve)
    return parser


def _prepare(parsed: argparse.Namespace) -> int:
    from faq.encoder.export import prepare
    from faq.encoder.source import MULTILINGUAL, parts
    from faq.index.background import general_questions

    settings = FaqSettings()
    model = parsed.model or settings.faq_model
    if model == MULTILINGUAL:
        print("nothing to do: the multilingual model runs as it is packaged")
        return 0
    for part in parts(model):
        started = time.perf_counter()
        folder, made = prepare(parsed.data or settings.data, part, general_questions())
        seconds = time.perf_counter() - started
        print(f"{'exported to' if made else 'up to date:'} {folder} ({seconds:.1f} s)")
    return 0


def _import(parsed: argparse.Namespace) -> int:
    from faq.entries.files import read_entries, read_goldens
    from faq.entries.importing import import_file

    contents, goldens = read_entries(parsed.file), read_goldens(parsed.file)
    url = FaqSettings().database_url
    if not url:
        raise FaqError("AFTERCARE_DATABASE_URL is not set.")
    done = import_file(url, contents, goldens, replace_all=parsed.replace)
    told = f"{done.published} entries published, {done.removed} taken offline, {done.goldens} golden questions set"
    print(told if done.published or done.removed or done.goldens else "nothing to do")
    return 0


def _evaluate(parsed: argparse.Namespace) -> int:
    from faq.encoder.opening import open_encoder
    from faq.entries.files import read_entries, read_queries
    from faq.evaluation.running import evaluate, unknown_entries, write_report

    settings = FaqSettings() if parsed.target is None else FaqSettings(faq_target=parsed.target)
    contents, queries = read_entries(parsed.entries), read_queries(parsed.queries)
    if unknown := unknown_entries(queries, contents):
        print(f"faq: warning: no entry is called {', '.join(unknown[:5])}, which questions expect", file=sys.stderr)
    encoder = open_encoder(settings, settings.model_for(parsed.language))
    report = evaluate(
        encoder, contents, queries, settings.thresholds(), language=parsed.language, fallbacks=settings.fallbacks()
    )
    write_report(parsed.out, report)
    _print_figures(report["metrics"])
    return 0


def _cross_validate(parsed: argparse.Namespace) -> int:
    from faq.encoder.opening import open_encoder
    from faq.entries.files import read_entries
    from faq.evaluation.crossvalidation import cross_validate

    settings = FaqSettings()
    contents = read_entries(parsed.entries)
    _print_figures(cross_validate(open_encoder(settings), contents, settings.thresholds())["metrics"])
    return 0


def _fit(parsed: argparse.Namespace) -> int:
    import json

    from faq.encoder.opening import open_encoder
    from faq.entries.files import read_entries
    from faq.index.background import general_questions
    from faq.index.features import NAMES
    from faq.index.fitting import Collection, fit

    encoder = open_encoder(FaqSettings())
    collections = [Collection.of(encoder, read_entries(path)) for path in parsed.entries]
    weights = fit(collections, encoder.encode(general_questions()))
    named = {name: round(float(weight), 4) for name, weight in zip(NAMES, weights, strict=True)}
    parsed.out.write_text(json.dumps(named, ensure_ascii=False, indent=1) + "\n")
    return 0


def _print_figures(figures: dict[str, float | int | None]) -> None:
    for name, value in figures.items():
        print(f"{name:24} {'-' if value is None else f'{value:.4f}' if isinstance(value, float) else value}")


def _serve(_parsed: argparse.Namespace) -> int:
    import uvicorn

    from common.logs import configure_logs
    from faq.app import create_app

    settings = FaqSettings()
    configure_logs("faq", as_json=settings.log_json, level=settings.log_level)
    uvicorn.run(create_app(settings), host=settings.faq_host, port=settings.faq_port, log_config=None, access_log=False)
    return 0
