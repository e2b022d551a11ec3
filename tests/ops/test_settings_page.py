import pytest

from common.settings import ServiceSettings
from ops.settings_page import PAGE, SECTIONS, page, settings_of


def test_the_page_of_settings_says_what_the_classes_say():
    assert PAGE.read_text() == page(), "write it anew with: python -m ops.settings_page"


@pytest.mark.parametrize("cls", SECTIONS.values(), ids=lambda cls: cls.__name__)
def test_every_setting_is_explained(cls: type[ServiceSettings]):
    unexplained = [setting.variable for setting in settings_of(cls) if not setting.about]
    assert unexplained == []
