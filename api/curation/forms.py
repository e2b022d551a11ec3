from typing import Annotated

from fastapi import Depends, Form, Request

from api.curation.schemas import Content
from api.curation.service import CurationService


def curation_service(request: Request) -> CurationService:
    service: CurationService = request.app.state.curation
    return service


Curation = Annotated[CurationService, Depends(curation_service)]


def content_of_form(
    question: Annotated[str, Form()] = "",
    phrasings: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "en",
) -> Content:
    """Phrasings come one a line."""
    return Content(
        question=question.strip(),
        phrasings=[line.strip() for line in phrasings.splitlines() if line.strip()],
        answer=answer.replace("\r\n", "\n").strip(),
        category=category.strip() or None,
        language=language.strip(),
    )


ContentForm = Annotated[Content, Depends(content_of_form)]
