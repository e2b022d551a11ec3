from fastapi import APIRouter, Depends

from api.curation.schemas import Draft, EntryId, SavedEntry
from api.insight.questions.access import Questions, Statistics
from api.insight.questions.schemas import (
    AddPhrasings,
    EntryStatisticsView,
    EntryUsageView,
    FiguresView,
    GapId,
    MissingPhrasings,
    OverviewView,
    SuggestionChoice,
    Which,
)
from api.staff.guards import CuratorEndpoint, curator_endpoint

router = APIRouter(prefix="/v1/faq", tags=["faq"], dependencies=[Depends(curator_endpoint)])


@router.get("/unanswered", operation_id="faqUnanswered")
async def unanswered(service: Questions, state: Which = "open") -> OverviewView:
    """What customers asked in vain, by meaning, the most asked first; and phrasings that their choices suggest."""
    return OverviewView.of(await service.overview(state))


@router.post("/missing", operation_id="faqMissing")
async def missing(body: Draft, service: Questions) -> MissingPhrasings:
    """What customers asked in vain that could be phrasings of an entry as it is being written; nothing is saved."""
    return MissingPhrasings(phrasings=await service.missing(body.entry, body))


@router.post("/unanswered/{gap_id}/phrasings", operation_id="faqUnansweredAdd")
async def add_phrasings(session: CuratorEndpoint, gap_id: GapId, body: AddPhrasings, service: Questions) -> SavedEntry:
    """Save an entry with more phrasings, as a draft: publish it as usual."""
    saved = await service.add_phrasing(gap_id, body.entry, body.phrasings, session.staff)
    return SavedEntry.model_validate(saved.model_dump())


@router.post("/unanswered/{gap_id}/dismiss", operation_id="faqUnansweredDismiss", status_code=204)
async def dismiss(session: CuratorEndpoint, gap_id: GapId, service: Questions) -> None:
    """Not ours to answer: what else is asked like this is not listed any more."""
    await service.dismiss(gap_id, session.staff)


@router.post("/unanswered/{gap_id}/reopen", operation_id="faqUnansweredReopen", status_code=204)
async def reopen(session: CuratorEndpoint, gap_id: GapId, service: Questions) -> None:
    await service.reopen(gap_id, session.staff)


@router.post("/suggestions/accept", operation_id="faqSuggestionAccept")
async def accept_suggestion(session: CuratorEndpoint, body: SuggestionChoice, service: Questions) -> SavedEntry:
    """Save the entry with the phrasing, as a draft."""
    phrasing = body.phrasing or body.text
    saved = await service.accept_suggestion(body.entry, body.text, phrasing, session.staff)
    return SavedEntry.model_validate(saved.model_dump())


@router.post("/suggestions/dismiss", operation_id="faqSuggestionDismiss", status_code=204)
async def dismiss_suggestion(session: CuratorEndpoint, body: SuggestionChoice, service: Questions) -> None:
    await service.dismiss_suggestion(body.entry, body.text, session.staff)


@router.get("/entries/{entry}/statistics", operation_id="faqEntryStatistics")
async def statistics(entry: EntryId, service: Statistics) -> EntryStatisticsView:
    """How often each version was shown, found helpful or not, and led to a hand-off; and by week."""
    return EntryStatisticsView.of(await service.of_entry(entry))


@router.get("/figures", operation_id="faqFigures")
async def figures(service: Statistics) -> FiguresView:
    """How each entry did that was ever shown, the most shown first."""
    return FiguresView(entries=[EntryUsageView.model_validate(each) for each in await service.of_all()])
