from faq.encoder import universal
from faq.encoder.manifest import read_manifest
from faq.encoder.source import MULTILINGUAL, export_folder
from faq.settings import FaqSettings


def encoder_of(settings: FaqSettings) -> str:
    """What the service will call its encoder, without loading it.

    Raises ExportMissing, ExportCorrupt (`python -m faq prepare` mends both) or UnsupportedModel.
    """
    if settings.faq_model == MULTILINGUAL:
        return universal.encoder()
    return read_manifest(export_folder(settings.data, settings.faq_model)).encoder(settings.faq_precision)
