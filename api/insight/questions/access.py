from typing import Annotated

from fastapi import Depends, Request

from api.insight.questions.service import QuestionService
from api.insight.questions.statistics import StatisticsService


def question_service(request: Request) -> QuestionService:
    service: QuestionService = request.app.state.questions
    return service


def statistics_service(request: Request) -> StatisticsService:
    service: StatisticsService = request.app.state.entry_statistics
    return service


Questions = Annotated[QuestionService, Depends(question_service)]
Statistics = Annotated[StatisticsService, Depends(statistics_service)]
