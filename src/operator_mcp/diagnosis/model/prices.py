"""What a call can cost at most, and what it did cost. Prices: `genai-prices` (offline list), or stated by the user."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from operator_mcp.errors import RuleRefusal
from operator_mcp.settings import ModelPrice

MTOK = Decimal(1_000_000)

ROUTED = {"openrouter": Decimal(2)}
"""Providers that route a call to whichever host serves it: so many times the listed price is booked, and stated to
them as the most they may charge."""


class Counts(NamedTuple):
    """Token counts of one answer. The first two are totals, which include the parts after them."""

    input_tokens: int
    output_tokens: int
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0


@dataclass(frozen=True)
class Price:
    """The price of one model: `stated` by the user, else the listed one of the provider."""

    provider: str
    model: str
    stated: ModelPrice | None = None

    def worst(self, input_tokens: int, output_tokens: int) -> Decimal:
        """Give the most US dollars that a call of so many tokens can cost."""
        counts = Counts(input_tokens, output_tokens)
        if self.stated:
            return self.actual(counts)
        dearer = max(self.actual(counts), self.actual(counts._replace(cache_write_tokens=input_tokens)))
        return dearer * ROUTED.get(self.provider, 1)

    def most_per_mtok(self) -> tuple[Decimal, Decimal]:
        """Give what `worst` counts for a million tokens read and written."""
        return self.worst(1, 0) * MTOK, self.worst(0, 1) * MTOK

    def actual(self, counts: Counts) -> Decimal:
        """Give what a call cost by its token counts, in US dollars.

        Raises:
            ValueError: the counts contradict each other.
        """
        if self.stated is None:
            from genai_prices import Usage, calc_price  # of the extra `model`, and slow to load

            usage = Usage(**{name: count for name, count in counts._asdict().items() if count})
            return calc_price(usage, self.model, provider_id=self.provider).total_price
        given, answered = self.stated.input_per_mtok, self.stated.output_per_mtok
        return (given * counts.input_tokens + answered * counts.output_tokens) / MTOK


def price_of(provider: str, model: str, stated: ModelPrice | None) -> Price:
    """Give the price of a model.

    Raises:
        RuleRefusal: rule 4: neither the price list nor the settings know it.
    """
    price = Price(provider, model, stated)
    try:
        price.worst(1, 1)
    except LookupError:
        raise RuleRefusal(
            4,
            f"no price is known for {provider}:{model}, so its cost cannot be capped",
            "state it in operator.toml, in US dollars per million tokens: model_price = { input_per_mtok = 0.30, "
            "output_per_mtok = 1.20 }, or OPERATOR_MODEL_PRICE=0.30/1.20",
        ) from None
    return price
