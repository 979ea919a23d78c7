from __future__ import annotations

import pytest

from installation.model.ticks import SECOND
from installation.remote.feedback import APART, BUDGET, CONTROLLERS, ECHO, LISTENS, STATE, TOUCH, Feedback
from installation.remote.inbox import Source
from installation.remote.osc import codec

A, B, C = (Source("udp", "10.0.0.1", port) for port in (1, 2, 3))
LATER = TOUCH + 1


def told(feedback: Feedback, now: int) -> dict[Source, dict[str, object]]:
    out: dict[Source, dict[str, object]] = {}
    for source, datagram in feedback.due(now):
        for message in codec.decode(datagram):
            out.setdefault(source, {})[message.address] = message.arguments[0]
    return out


@pytest.fixture
def feedback() -> Feedback:
    feedback = Feedback()
    feedback.received(A, 0)
    feedback.received(B, 0)
    return feedback


def test_everybody_but_the_hand_that_moved_is_told(feedback: Feedback) -> None:
    feedback.publish("/light/glow", 0.5, A, 0)
    assert told(feedback, 0) == {B: {"/light/glow": 0.5}}
    feedback.publish("/light/glow", 0.25, None, LATER)
    assert told(feedback, LATER) == {A: {"/light/glow": 0.25}, B: {"/light/glow": 0.25}}
    assert told(feedback, 2 * LATER) == {}


def test_at_most_thirty_a_second_and_the_newest_wins(feedback: Feedback) -> None:
    sent = []
    for n in range(1000):  # a second of a fast fader
        now = n * SECOND // 1000
        feedback.publish("/light/glow", n / 1000, A, now)
        sent += [values["/light/glow"] for values in told(feedback, now).values()]
    assert len(sent) <= 31
    assert told(feedback, SECOND + APART)[B]["/light/glow"] == pytest.approx(0.999)


def test_a_hand_on_a_fader_is_not_fought_and_learns_what_others_set_when_it_rests(feedback: Feedback) -> None:
    feedback.publish("/light/glow", 0.1, A, 0)
    feedback.publish("/light/glow", 0.7, B, 1)
    assert A not in told(feedback, TOUCH - 1)
    assert told(feedback, LATER)[A] == {"/light/glow": pytest.approx(0.7)}


def test_what_a_controller_shows_already_is_not_said_again(feedback: Feedback) -> None:
    feedback.publish("/light/glow", 0.5, A, 0)
    feedback.publish("/light/glow", 0.9, B, 1)
    feedback.publish("/light/glow", 0.5, None, 2)
    assert told(feedback, LATER) == {B: {"/light/glow": 0.5}}


def test_an_echo_is_known_to_the_bit_once_and_for_half_a_second(feedback: Feedback) -> None:
    feedback.publish("/light/glow", 0.1, A, 0)
    echoed = told(feedback, 0)[B]["/light/glow"]
    assert isinstance(echoed, float)
    assert feedback.is_echo(B, "/light/glow", echoed, 10)
    assert not feedback.is_echo(B, "/light/glow", echoed, 20)
    assert not feedback.is_echo(A, "/light/glow", echoed, 20)
    feedback.publish("/light/glow", 0.2, A, SECOND)
    late = told(feedback, SECOND)[B]["/light/glow"]
    assert isinstance(late, float)
    assert not feedback.is_echo(B, "/light/glow", late, SECOND + ECHO + 1)


def test_a_hand_between_echoes_is_a_hand(feedback: Feedback) -> None:
    feedback.publish("/show/hold", True, A, 0)
    told(feedback, 0)
    assert not feedback.is_echo(B, "/show/hold", False, 10)
    assert not feedback.is_echo(B, "/show/hold", True, 20)


def test_who_is_silent_for_a_minute_is_told_no_more_but_targets_are() -> None:
    feedback = Feedback([C])
    feedback.received(A, 0)
    feedback.publish("/light/glow", 0.5, None, LISTENS)
    assert set(told(feedback, LISTENS)) == {A, C}
    feedback.publish("/light/glow", 0.6, None, LISTENS + SECOND)
    assert set(told(feedback, LISTENS + SECOND)) == {C}


def test_so_many_controllers_and_no_more() -> None:
    feedback = Feedback([C])
    for port in range(1000, 1000 + CONTROLLERS + 10):
        feedback.received(Source("udp", "10.0.0.2", port), port)
    feedback.publish("/light/glow", 0.5, None, 2000)
    listening = {source.port for source in told(feedback, 2000)}
    assert listening == {C.port, *range(1010, 1000 + CONTROLLERS + 10)}


def test_the_state_goes_out_ten_times_a_second(feedback: Feedback) -> None:
    feedback.publish_state({"/state/phase": "glitch", "/state/coherence": 0.25})
    counts = [A in told(feedback, n * SECOND // 100) for n in range(100, 200)]
    assert 9 <= sum(counts) <= 11
    assert told(feedback, 3 * SECOND)[B] == {"/state/phase": "glitch", "/state/coherence": 0.25}
    assert told(feedback, 3 * SECOND + STATE - 1) == {}


def test_an_answer_goes_to_who_asked_whatever_it_knows(feedback: Feedback) -> None:
    feedback.publish("/light/glow", 0.5, A, 0)
    feedback.reply(A, {"/light/glow": 0.5, "/show/hold": True, "/show/go": None})
    assert told(feedback, 0)[A] == {"/light/glow": 0.5, "/show/hold": 1}


def test_two_controllers_that_echo_everything_fall_silent(feedback: Feedback) -> None:
    """Each sends back whatever it is told, some time later, while a hand moves; then the hand rests."""
    on_the_way: list[tuple[int, Source, str, float]] = []
    accepted, echoes = [], 0
    for now in range(0, 5 * SECOND, SECOND // 120):
        if now < SECOND:
            feedback.publish("/light/glow", now / SECOND, A, now)
        for when, source, address, value in [one for one in on_the_way if one[0] <= now]:
            on_the_way.remove((when, source, address, value))
            if feedback.is_echo(source, address, value, now):
                echoes += 1
            else:
                accepted.append(now)
                feedback.publish(address, value, source, now)
        for source, values in told(feedback, now).items():
            delay = SECOND // 20 if source == A else SECOND // 7
            on_the_way += [(now + delay, source, a, v) for a, v in values.items() if isinstance(v, float)]
    assert not on_the_way
    assert [now for now in accepted if now > 2 * SECOND] == []
    assert echoes > 10


def test_what_is_set_for_single_sleepers_goes_to_who_asked_for_everything(feedback: Feedback) -> None:
    feedback.subscribe(B)
    for n in range(1, 241):
        feedback.publish(f"/sleeper/{n}/glow", 0.5, C, 0)
    sent = told(feedback, 0)
    assert A not in sent
    assert len(sent[B]) == 240


def test_a_value_is_encoded_once_for_sixty_controllers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many phones that play, and asked: 240 values to each, encoded 240 times, and the state once."""
    feedback, encoded = Feedback(), []
    encode = codec.encode
    monkeypatch.setattr(codec, "encode", lambda *given: encoded.append(given[0]) or encode(*given))
    for port in range(60):
        feedback.received(Source("udp", "10.0.0.2", port), 0)
        feedback.subscribe(Source("udp", "10.0.0.2", port))
    feedback.publish_state({"/state/phase": "glitch"})
    for n in range(1, 241):
        feedback.publish(f"/sleeper/{n}/glow", n / 240, None, 0)
    sent = [one for k in range(60) for one in feedback.due(SECOND + k)]
    assert len({source for source, _ in sent}) == 60
    assert sum(len(codec.decode(datagram)) for _, datagram in sent) == 60 * 241
    assert sorted(encoded) == sorted(["/state/phase", *(f"/sleeper/{n}/glow" for n in range(1, 241))])


def test_a_room_of_phones_that_all_asked_is_told_in_turn_and_the_newest_wins() -> None:
    feedback, now = Feedback(), 0
    phones = [Source("udp", "10.0.0.2", port) for port in range(60)]
    for phone in phones:
        feedback.received(phone, now)
        feedback.subscribe(phone)
    shown: dict[Source, dict[str, object]] = {phone: {} for phone in phones}
    most = 0
    for k in range(200):
        now += SECOND // 100
        if k < 100:
            for n in range(1, 241):
                feedback.publish(f"/sleeper/{n}/glow", (k + n) / 512, None, now)
        news = told(feedback, now)
        most = max(most, sum(map(len, news.values())))
        for phone, values in news.items():
            shown[phone] |= values
    assert most <= BUDGET + 240  # the last in turn is told all of it
    newest = {f"/sleeper/{n}/glow": (99 + n) / 512 for n in range(1, 241)}
    assert all(shown[phone] == newest for phone in phones)
