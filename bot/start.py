"""The `rasa` command with our corrections: `python -m start run|train|data|test|shell …` in `bot/`.

Applies `patches` before anything of Rasa is imported, then hands over to Rasa's own command line.
"""

import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent

ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_WORKERS": "1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    # One sentence or a small matrix at a time: threads of BLAS only wait for each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "AFTERCARE_FAQ_URL": "http://127.0.0.1:5056",
    "AFTERCARE_ACTIONS_URL": "http://127.0.0.1:5055",
    "AFTERCARE_INTERNAL_SECRET": "",
    "AFTERCARE_RASA_SYNCHRONOUS_COMMIT": "on",
}

# What `rasa <command>` gets unless the caller says otherwise.
DEFAULTS = {
    "run": {"--interface": "127.0.0.1", "--endpoints": "endpoints.yml", "--credentials": "credentials.yml"},
    # What validation says is said by `data validate`, in the tests; it takes a third of the time here.
    "train": {
        "--domain": "domain",
        "--data": "data",
        "--fixed-model-name": "aftercare.tar.gz",
        "--skip-validation": "",
    },
    "data": {"--domain": "domain", "--data": "data"},
    "shell": {"--endpoints": "endpoints.yml"},
    "test nlu": {"--domain": "domain", "--nlu": "evaluation/messages.yml", "--successes": "", "--no-plot": ""},
}


def prepare_environment() -> None:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    data = Path(os.environ.get("AFTERCARE_DATA", HERE.parent / ".data")).resolve()
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(data / "rasa-cache"))
    os.environ.setdefault("AFTERCARE_RASA_DATABASE_URL", "")
    # Rasa 3.6.21 and its pinned libraries warn about their own age at every import; not ours to mend.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    os.chdir(HERE)


def with_defaults(arguments: list[str]) -> list[str]:
    """The command line with our defaults for what it leaves open."""
    if not arguments:
        return arguments
    defaults = dict(DEFAULTS.get(arguments[0], {}) or DEFAULTS.get(" ".join(arguments[:2]), {}))
    if arguments[0] == "run":
        defaults["--port"] = os.environ.get("AFTERCARE_RASA_PORT", "5005")
    given = {argument.split("=")[0] for argument in arguments}
    if "-p" in given:
        defaults.pop("--port", None)
    missing = [part for name, value in defaults.items() if name not in given for part in (name, value) if part]
    return [*arguments, *missing]


def main() -> None:
    prepare_environment()
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    import patches  # noqa: PLC0415 - the environment has to be prepared first

    # `rasa test core` looks into TensorFlow's policies; what is ours needs none.
    patches.apply(without_tensorflow=sys.argv[1:2] != ["test"] or sys.argv[1:3] == ["test", "nlu"])
    from rasa.__main__ import main as rasa_main  # noqa: PLC0415 - patches come before Rasa

    sys.argv[1:] = with_defaults(sys.argv[1:])
    rasa_main()


if __name__ == "__main__":
    main()
