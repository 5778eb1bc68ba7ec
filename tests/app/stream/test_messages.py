import pytest

from fer_core.app.stream import messages as m


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("ok", None),
        ("insecure", m.INSECURE_ORIGIN),
        ("unsupported", m.UNSUPPORTED),
        ("NotFoundError", m.NO_CAMERA),
        ("OverconstrainedError", m.NO_CAMERA),
        ("NotAllowedError", m.PERMISSION_DENIED),
        ("NotReadableError", m.CAMERA_IN_USE),
    ],
)
def test_each_camera_outcome_has_its_sentence(outcome: str, expected: m.Message | None) -> None:
    assert m.camera_message(outcome) == expected


def test_an_unknown_browser_error_is_named_and_says_what_to_do() -> None:
    message = m.camera_message("TypeError")
    assert message is not None
    assert "TypeError" in message.text
    assert "Start again" in message.text


@pytest.mark.parametrize(
    "message", [*m.CAMERA_MESSAGES.values(), m.NO_FACE, m.NO_CONNECTION, m.STILL_TRYING]
)
def test_every_sentence_is_one_sentence_that_says_what_to_do(message: m.Message) -> None:
    assert message.text.endswith(".")
    assert message.text.count(". ") == 0
    assert ":" in message.text or "so try" in message.text


@pytest.mark.parametrize(
    ("since_start_s", "since_frame_s", "since_face_s", "expected"),
    [
        (1.0, None, None, m.CONNECTING),
        (9.9, None, None, m.STILL_CONNECTING),
        (10.1, None, None, m.STILL_TRYING),
        (60.0, 0.03, 0.0, None),
        (60.0, 0.03, None, None),
        (60.0, 0.03, 4.9, None),
        (60.0, 0.03, 5.0, m.NO_FACE),
        (60.0, 5.1, 0.0, m.STREAM_STALLED),
        (60.0, 5.1, 9.0, m.STREAM_STALLED),
    ],
)
def test_stream_message(
    since_start_s: float,
    since_frame_s: float | None,
    since_face_s: float | None,
    expected: m.Message | None,
) -> None:
    got = m.stream_message(
        since_start_s=since_start_s, since_frame_s=since_frame_s, since_face_s=since_face_s
    )
    assert got == expected


@pytest.mark.parametrize(
    ("since_s", "connection", "message"),
    [
        (1.0, "none", m.CONNECTING),
        (12.0, "none", m.SERVER_BUSY),
        (12.0, "new", m.SERVER_BUSY),
        (6.0, "checking", m.STILL_CONNECTING),
        (6.0, "none", m.STILL_CONNECTING),
        (6.0, "connected", m.FIRST_PICTURE_LATE),
        (12.0, "checking", m.STILL_TRYING),
        (1.0, "failed", m.STILL_TRYING),
        (1.0, "completed", m.FIRST_PICTURE),
        (12.0, "connected", m.NO_PICTURE),
        (12.0, "unknown", m.STILL_TRYING),
    ],
)
def test_each_cause_of_a_missing_picture_has_its_own_sentence(
    since_s: float, connection: str, message: m.Message
) -> None:
    said = m.stream_message(
        since_start_s=since_s, since_frame_s=None, since_face_s=None, connection=connection
    )
    assert said is message


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ("none", m.SERVER_TOO_BUSY),
        ("checking", m.NO_CONNECTION),
        ("failed", m.NO_CONNECTION),
        ("connected", m.NO_PICTURE),
    ],
)
def test_the_error_is_said_at_the_end_only(connection: str, message: m.Message) -> None:
    assert m.given_up_message(60.0, connection) is message
    assert m.connecting_message(59.0, connection).severity == "warning"


@pytest.mark.parametrize(
    ("since_s", "message"), [(1, m.ASKING), (7, m.ASKING_STILL), (31, m.ASKING_LONG)]
)
def test_an_open_question_becomes_more_urgent(since_s: float, message: m.Message) -> None:
    assert m.asking_message(since_s) is message


def test_an_address_in_brackets_is_said() -> None:
    assert m.camera_message("address") is m.IPV6_ADDRESS
