from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Product:
    """`price` in cents; `sold_out` are variants that an exchange can't bring."""

    sku: str
    title: str
    category: str
    price: int
    variants: tuple[str, ...]
    sold_out: tuple[str, ...] = ()

    def in_stock_beside(self, variant: str) -> tuple[str, ...]:
        return tuple(each for each in self.variants if each not in {variant, *self.sold_out})


def _read() -> dict[str, Product]:
    rows = yaml.safe_load(Path(__file__).with_name("catalogue.yaml").read_text(encoding="utf-8"))
    return {
        sku: Product(sku, title, category, price, tuple(variants), tuple(sold_out[0] if sold_out else ()))
        for sku, (title, category, price, variants, *sold_out) in rows.items()
    }


CATALOGUE = _read()
