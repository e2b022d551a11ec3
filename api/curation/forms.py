from datetime import date
from typing import Annotated

from fastapi import Depends, Form, Query, Request

from api.curation.schemas import Audience, Content, SkillButton
from api.curation.service import CurationService
from common.problems import Problem


def curation_service(request: Request) -> CurationService:
    service: CurationService = request.app.state.curation
    return service


Curation = Annotated[CurationService, Depends(curation_service)]


def content_of_form(
    *,
    question: Annotated[str, Form()] = "",
    phrasings: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "en",
    tags: Annotated[str, Form()] = "",
    valid_from: Annotated[str, Form()] = "",
    valid_until: Annotated[str, Form()] = "",
    audience: Annotated[Audience, Form()] = "everyone",
    tiers: Annotated[str, Form()] = "",
    related: Annotated[str, Form()] = "",
    button_title: Annotated[str, Form()] = "",
    button_skill: Annotated[str, Form()] = "",
    translates: Annotated[str, Form()] = "",
) -> Content:
    """Phrasings come one a line; tags, tiers and related entries by commas. A button without a skill is none."""
    return Content(
        question=question.strip(),
        phrasings=[line.strip() for line in phrasings.splitlines() if line.strip()],
        answer=answer.replace("\r\n", "\n").strip(),
        category=category.strip() or None,
        language=language.strip(),
        tags=_parts(tags),
        valid_from=_day(valid_from),
        valid_until=_day(valid_until),
        audience=audience,
        tiers=_parts(tiers),
        related=_parts(related),
        button=SkillButton(title=button_title.strip(), skill=button_skill) if button_skill else None,
        translates=translates.strip() or None,
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _day(text: str) -> date | None:
    """Raises Problem: browsers send a day or nothing."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Problem(422, "invalid_date", f"“{text[:40]}” is not a day such as 2027-01-31.") from None


ContentForm = Annotated[Content, Depends(content_of_form)]


def content_of_query(
    question: Annotated[str, Query(max_length=300)] = "",
    phrasings: Annotated[str, Query(max_length=6000)] = "",
    language: Annotated[str, Query(max_length=35)] = "en",
) -> Content:
    return content_of_form(question=question, phrasings=phrasings, language=language)


ContentQuery = Annotated[Content, Depends(content_of_query)]
