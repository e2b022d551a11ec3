from actions.forms.address import ADDRESS_FORM
from actions.forms.cancel import CANCEL_FORM
from actions.forms.form import Form
from actions.forms.redeem import REDEEM_FORM
from actions.forms.refund import REFUND_FORM
from actions.forms.return_cancel import RETURN_CANCEL_FORM
from actions.forms.returning import RETURN_FORM
from actions.forms.verification import VERIFICATION_FORM

FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        ADDRESS_FORM,
        CANCEL_FORM,
        RETURN_FORM,
        RETURN_CANCEL_FORM,
        REFUND_FORM,
        REDEEM_FORM,
        VERIFICATION_FORM,
    )
}
