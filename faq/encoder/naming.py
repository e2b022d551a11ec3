from faq.encoder import universal
from faq.encoder.manifest import read_manifest
from faq.encoder.side_by_side import joined
from faq.encoder.source import MULTILINGUAL, export_folder, parts
from faq.settings import FaqSettings


def encoder_of(settings: FaqSettings) -> str:
    """What the service will call its encoder, without loading it.

    Raises ExportMissing, ExportCorrupt (`python -m faq prepare` mends both) or UnsupportedModel.
    """
    if settings.faq_model == MULTILINGUAL:
        return universal.encoder()
    folders = [export_folder(settings.data, part) for part in parts(settings.faq_model)]
    return joined(read_manifest(folder).encoder(settings.faq_precision) for folder in folders)
