"""How days are called in the languages in which customers are answered."""

from datetime import date

WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "zh": "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "zh": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
}
# A date, the same with its year, and a date with its day of the week before or after it.
FORMS = {
    "en": ("{day} {month}", "{date} {year}", "{weekday} {date}"),
    "fr": ("{day} {month}", "{date} {year}", "{weekday} {date}"),
    "es": ("{day} de {month}", "{date} de {year}", "{weekday} {date}"),
    "de": ("{day}. {month}", "{date} {year}", "{weekday}, {date}"),
    "zh": ("{month}{day}日", "{year}年{date}", "{date}{weekday}"),
}


def weekday(day: date, language: str = "en") -> str:
    return WEEKDAYS[_known(language)].split()[day.weekday()]


def date_of(day: date, language: str = "en") -> str:
    """`12 December`."""
    language = _known(language)
    number = "1er" if language == "fr" and day.day == 1 else day.day
    return FORMS[language][0].format(day=number, month=MONTHS[language].split()[day.month - 1])


def spoken(day: date, today: date, language: str = "en") -> str:
    """`Friday 12 December`; with the year where it is another one."""
    _, with_year, with_weekday = FORMS[_known(language)]
    written = date_of(day, language)
    if day.year != today.year:
        written = with_year.format(date=written, year=day.year)
    return with_weekday.format(weekday=weekday(day, language), date=written)


def _known(language: str) -> str:
    return language if language in FORMS else "en"
