import subprocess
import sys

import structlog

from faq.encoder.onnx import OnnxEncoder
from faq.encoder.ports import Encoder
from faq.encoder.side_by_side import SideBySide
from faq.encoder.source import MULTILINGUAL, export_folder, parts
from faq.encoder.universal import UniversalEncoder
from faq.errors import EncoderError, ExportCorrupt, ExportMissing
from faq.settings import FaqSettings

log = structlog.get_logger(__name__)


def open_encoder(settings: FaqSettings, model: str | None = None) -> Encoder:
    """The encoder `model`, or the configured one; an export that is missing or damaged is made first.

    That happens in a process of its own, which gives PyTorch's memory back.
    """
    name = settings.faq_model if model is None else model
    if name == MULTILINGUAL:
        return UniversalEncoder()
    opened = [_open(settings, part) for part in parts(name)]
    return opened[0] if len(opened) == 1 else SideBySide(opened)


def _open(settings: FaqSettings, name: str) -> OnnxEncoder:
    folder = export_folder(settings.data, name)
    try:
        return OnnxEncoder(folder, settings.faq_precision)
    except (ExportMissing, ExportCorrupt) as error:
        log.warning("encoder_export", reason=str(error))
    command = [sys.executable, "-m", "faq", "prepare", "--data", str(settings.data), "--model", name]
    made = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own module
    if made.returncode:
        lines = made.stderr.strip().splitlines() or ["no message"]
        raise EncoderError(f"The encoder can't be exported: {lines[-1]}")
    return OnnxEncoder(folder, settings.faq_precision)
