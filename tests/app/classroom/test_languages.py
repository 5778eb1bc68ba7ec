"""What students agree to, in other languages."""

import pytest

from fer_core.app.classroom import texts
from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import speaking

RESEARCH = {"purpose": "research", "reference": "Study {7}"}


def consent() -> list[str]:
    purpose = texts.purpose_text(RESEARCH)
    return texts.consent_text(k_min=13, days=222, purpose=purpose).splitlines()


@pytest.mark.parametrize(("code", "head"), [("de", "Was geschieht"), ("tr", "Ne olur")])
def test_a_consent_says_the_same_in_every_language(code: str, head: str) -> None:
    english = consent()
    with speaking(language_of(code)):
        said = consent()
        notice = texts.notice_text(13)
    assert said[0].startswith(head)
    assert len(said) == len(english) == 6
    for line, source in zip(said, english, strict=True):
        assert line != source
        assert (": " in line) is (": " in source), "the page draws what stands before it in bold"
        for fact in ("13", "222", "Study {7}"):
            assert line.count(fact) == source.count(fact)
    assert "13" in notice
    assert "{" not in notice


@pytest.mark.parametrize("value", [{}, {"purpose": "self"}])
def test_no_purpose_is_none(value: dict[str, str]) -> None:
    assert texts.purpose_text(value) == "none"
