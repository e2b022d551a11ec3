from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Product:
    """`price` in cents."""

    sku: str
    title: str
    category: str
    price: int
    variants: tuple[str, ...]


def _read() -> dict[str, Product]:
    rows = yaml.safe_load(Path(__file__).with_name("catalogue.yaml").read_text(encoding="utf-8"))
    return {
        sku: Product(sku, title, category, price, tuple(variants))
        for sku, (title, category, price, variants) in rows.items()
    }


CATALOGUE = _read()
