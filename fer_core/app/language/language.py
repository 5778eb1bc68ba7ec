"""One language: its texts, and how it writes numbers, shares, dates and names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations
from typing import TYPE_CHECKING, Any, Final

from fer_core.app.language.catalogues import SOURCE, TRANSLATED, translations_of
from fer_core.text import Sentence

if TYPE_CHECKING:
    from babel import Locale

#: All that a visitor can choose, each as its own speakers call it.
NAMES: Final = {"en": "English", "de": "Deutsch", "tr": "Türkçe"}
#: English is written here as it was before there were others: no country's way of its own.
_ENGLISH_DATE: Final = "dd MMMM y"
_ENGLISH_DAY: Final = "dd MMMM"
_CLOCK: Final = "HH:mm"
#: The small i keeps its dot in these.
_DOTTED: Final = ("tr", "az")


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """What a page is written in. Immutable, so that threads may share it.

    Attributes:
        code: such as ``de``.
        texts: its catalogue.
    """

    code: str
    texts: NullTranslations

    @property
    def locale(self) -> "Locale":
        """How it writes numbers and dates."""
        return _locale_of(self.code)

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, as the browser is told."""
        return "ltr" if self.code == SOURCE else str(self.locale.text_direction)

    def tr(self, text: str) -> str:
        """The text in this language, with the values of a ``Sentence`` in it; empty stays empty.

        Values that are sentences are said in it, too.
        """
        if isinstance(text, Sentence):
            values = {
                name: self.tr(value) if isinstance(value, Sentence) else value
                for name, value in text.values.items()
            }
            return self.texts.gettext(text.template).format(**values)
        return self.texts.gettext(text) if text else text

    def tr_in(self, context: str, text: str) -> str:
        """As above, for a word that means something else elsewhere."""
        return self.texts.pgettext(context, text)

    def ntr(self, one: str, many: str, count: int) -> str:
        """The form for this count."""
        return self.texts.ngettext(one, many, count)

    def number(
        self, value: float, decimals: int = 0, *, signed: bool = False, grouped: bool = False
    ) -> str:
        """A number, rounded as Python rounds it."""
        form = f"{'+' if signed else ''}{',' if grouped else ''}.{decimals}f"
        text = format(value, form)
        return text if self.code == SOURCE else text.translate(self._separators)

    @property
    def _separators(self) -> dict[int, str]:
        symbols: Any = self.locale.number_symbols["latn"]
        return {ord("."): symbols["decimal"], ord(","): symbols["group"]}

    @property
    def decimal(self) -> str:
        """What stands before the decimals."""
        return self.number(0.5, 1)[1]

    @property
    def percent_form(self) -> str:
        """Where the sign stands, such as ``{n} %``."""
        if self.code == SOURCE:
            return "{n} %"
        pattern: Any = self.locale.percent_formats[None]
        return f"{pattern.prefix[0]}{{n}}{pattern.suffix[0]}"

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share of 0..1: ``0.695`` -> ``69.5 %``."""
        return self.percent_form.format(n=self.number(share * 100, decimals))

    def date(self, day: date) -> str:
        """Day, month by name, year."""
        from babel.dates import format_date

        form = _ENGLISH_DATE if self.code == SOURCE else "long"
        return str(format_date(day, form, locale=self.locale))

    def clock(self, moment: datetime) -> str:
        """Hours and minutes; in the zone that the moment has."""
        from babel.dates import format_datetime

        return str(format_datetime(moment, _CLOCK, locale=self.locale))

    def moment(self, moment: datetime, *, year: bool = True) -> str:
        """Date and time of the day; in the zone that the moment has."""
        day = self.date(moment) if year else self._day_of_year(moment)
        return f"{day}, {self.clock(moment)}"

    def _day_of_year(self, day: datetime) -> str:
        from babel.dates import format_date, format_skeleton

        if self.code == SOURCE:
            return str(format_date(day, _ENGLISH_DAY, locale=self.locale))
        return str(format_skeleton("MMMMd", day, locale=self.locale))

    def capital(self, text: str) -> str:
        """With a capital first letter; the rest stays, as German nouns and names need it."""
        first = text[:1]
        return ("İ" if first == "i" and self.code in _DOTTED else first.upper()) + text[1:]

    def listing(self, names: Sequence[str]) -> str:
        """``a, b and c``."""
        if len(names) < 2:
            return "".join(names)
        return self.tr("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])


@cache
def _locale_of(code: str) -> "Locale":
    from babel import Locale

    return Locale.parse(code)


@cache
def language_of(code: str) -> Language:
    """The language with this code, one for all; English for one that is not known."""
    known = code if code in TRANSLATED else SOURCE
    return Language(known, translations_of(known))


def accepted_tags(header: str) -> list[str]:
    """The languages of an ``Accept-Language``, as browsers order them: the dearest first."""
    return [one.partition(";")[0] for one in header.split(",")]


def nearest(wanted: Sequence[str]) -> str:
    """Code of the first of these that there is, English without one.

    Args:
        wanted: as browsers name languages, such as ``de-AT``, the dearest first.
    """
    for tag in wanted:
        code = tag.strip().replace("_", "-").partition("-")[0].lower()
        if code in NAMES:
            return code
    return SOURCE
