"""redeem_form: which reward → what it would cost (a dry run) and yes."""

from actions.context import Context
from actions.draft import Draft
from actions.forms.choice import Choice, ChoiceStep
from actions.forms.confirm import Confirm
from actions.forms.form import Form
from actions.forms.step import FormEnded
from actions.keys import idempotency_key
from actions.replies import Card
from backends.models import Reward


class WhichReward(ChoiceStep):
    slot = "redeem_reward"
    entity = "reward"
    template = "utter_question_redeem_reward"
    resets = ("redeem_confirm",)
    settle_single = False
    call = "GET /loyalty/rewards"

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:  # noqa: ARG002 - of the base class
        return [
            Choice(reward.id, reward.title, f"{reward.title} {reward.points} {reward.id}")
            for reward in await context.shop.rewards(context.caller)
            if reward.affordable
        ]

    async def ask(self, context: Context, draft: Draft) -> bool:
        if not await self.choices(context, draft):
            rewards = await context.shop.rewards(context.caller)
            template = "utter_loyalty_no_reward_yet" if rewards else "utter_loyalty_no_rewards"
            context.say.say(template, call=self.call, cards=[reward_card(context, each) for each in rewards])
            raise FormEnded
        return await super().ask(context, draft)


def reward_card(context: Context, reward: Reward) -> Card:
    words = context.words
    fields = ((words.label("costs"), words.label("points_count", points=reward.points)),)
    return Card("reward", reward.title, fields, subtitle=reward.description)


async def recap(context: Context, draft: Draft) -> None:
    reward_id = draft["redeem_reward"]
    key = idempotency_key(context.turn.conversation, "redeem-dry-run", reward_id, context.turn.message_id)
    outcome = await context.shop.redeem(context.caller, reward_id, dry_run=True, idempotency_key=key)
    rewards = {reward.id: reward for reward in await context.shop.rewards(context.caller)}
    title = rewards[reward_id].title if reward_id in rewards else reward_id
    words = context.words
    fields = (
        (words.label("costs"), words.label("points_count", points=outcome.points)),
        (words.label("balance_after"), str(outcome.balance_after)),
    )
    context.say.say(
        "utter_redeem_recap", call="POST /loyalty/redemptions", cards=[Card("reward", title, fields)], reward=title
    )


REDEEM_FORM = Form(
    "redeem_form",
    skill="loyalty",
    intents=("loyalty_redeem",),
    steps=(WhichReward(), Confirm("redeem_confirm", recap, refused_template="utter_redeem_kept")),
)
