import subprocess
import sys

import structlog

from faq.encoder.onnx import OnnxEncoder
from faq.encoder.source import export_folder
from faq.errors import EncoderError, ExportCorrupt, ExportMissing
from faq.settings import FaqSettings

log = structlog.get_logger(__name__)


def open_encoder(settings: FaqSettings) -> OnnxEncoder:
    """The configured encoder; its export is made first where it is missing or damaged.

    That happens in a process of its own, which gives PyTorch's memory back.
    """
    folder = export_folder(settings.data, settings.faq_model)
    try:
        return OnnxEncoder(folder, settings.faq_precision)
    except (ExportMissing, ExportCorrupt) as error:
        log.warning("encoder_export", reason=str(error))
    command = [sys.executable, "-m", "faq", "prepare", "--data", str(settings.data), "--model", settings.faq_model]
    made = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own module
    if made.returncode:
        lines = made.stderr.strip().splitlines() or ["no message"]
        raise EncoderError(f"The encoder can't be exported: {lines[-1]}")
    return OnnxEncoder(folder, settings.faq_precision)
