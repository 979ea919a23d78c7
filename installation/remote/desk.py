"""The desk: messages from controllers, sensors and keys come in here, and here they are answered.

`receive` (any thread) checks a message against the table and puts it into the inbox; `deliver` (the live loop) hands
what waits to the show at a tick, journals it and publishes it as feedback to the other controllers.
Opens no socket and reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from installation import addresses
from installation.acceptance import accept
from installation.controls import Accepted, Refused, Released, Value
from installation.model.community import Community
from installation.model.ticks import RATE, SECOND
from installation.remote.counters import Counters
from installation.remote.feedback import Feedback
from installation.remote.inbox import PRESET, STAFF, Inbox, Received, Source
from installation.remote.looks import LOOKS, Looks
from installation.remote.osc.patterns import SPECIAL, Addresses
from installation.remote.presets import Presets
from installation.remote.sweeps import Sweeps
from installation.show import Show
from installation.status import Status
from installation.words.visitors import State, VisitorLines

Record = Callable[[int, Accepted], None]
"""Takes the tick at which a control acts, and the control: a journal's `write`."""

Outcome = Callable[[Accepted, Source, str], None]
"""Told what became of a message: why it was refused, or "" where it acts."""


WEAVING = RATE // 10
"""Ticks between two looks at which lines the staff want shown."""

DECISIONS: Mapping[str, State] = {
    addresses.VERSE_APPROVE: "approved",
    addresses.VERSE_HIDE: "hidden",
    addresses.VERSE_BAN: "banned",
}
"""What staff decide about a line, by number."""

LINES = {*DECISIONS, addresses.VERSE_CLEAR, addresses.VERSE_LINE, addresses.SLEEPER_LINE}
"""Rows that are asked of visitors' lines."""

SYNC = SECOND // 20
"""Nanoseconds between two answers to /sync."""


class Desk:
    """Between a show and everybody who plays it."""

    def __init__(
        self,
        show: Show,
        presets: Path,
        targets: Iterable[Source] = (),
        record: Record | None = None,
        lines: VisitorLines | None = None,
    ) -> None:
        self.table = show.table
        self.inbox = Inbox()
        self.counters = Counters()
        self.feedback = Feedback(targets)
        self.presets = Presets(presets, show.table)
        self._looks = Looks(self.presets, show.table)
        self.lines = lines  # visitors' lines; None: none are taken
        self._sweeps = self._made_sweeps()
        self._addresses = Addresses(show.table)
        self._record = record
        self._places = {a for a, row in self.table.items() if a.startswith(addresses.SHOW) and row.kind == "word"}
        self.outcome: Outcome = lambda accepted, source, why: None  # for who must know, in whichever thread
        self._syncs: dict[Source, int] = {}  # who asked for everything, and when it was last answered (ns)
        self._asking: dict[Source, None] = {}  # filled by `receive`, in order
        self._synced_ns = -SECOND
        self.troubles: list[Callable[[], str]] = [lambda: self.presets.trouble]  # what is wrong, a line or none each
        self.answers: dict[str, Callable[[Accepted, Source], None]] = {}  # of requests that others know to answer
        self._aims = self._aims_of(show)
        self.feedback.remember({**self._aims, **sleepers(show.community)})

    def _made_sweeps(self) -> Sweeps:
        return Sweeps(self.table)

    def close(self) -> None:
        """Every look that was saved is on the disk when this returns."""
        self.presets.close()

    # any thread: messages in

    def receive(
        self, address: str, arguments: Sequence[object], source: Source, now_ns: int, due_ns: int | None = None
    ) -> int:
        """One message, for the next tick or for `due_ns`. Returns what it cost: the messages it stands for."""
        self.counters.count("messages")
        if not SPECIAL.isdisjoint(address):
            return self._receive_pattern(address, arguments, source, now_ns, due_ns)
        self._check(address, arguments, source, now_ns, due_ns)
        return 1

    def _receive_pattern(
        self, pattern: str, arguments: Sequence[object], source: Source, now_ns: int, due_ns: int | None
    ) -> int:
        cost = 1 if self._addresses.knows(pattern) else 200
        matching = self._addresses.matching(pattern)
        if not matching:
            self.counters.refuse("unknown", f"{pattern[:80]} matches no control", source, now_ns)
        else:
            self.counters.count("messages", len(matching) - 1)
        for address in matching:
            self._check(address, arguments, source, now_ns, due_ns)
        return cost + len(matching)

    def _check(
        self, address: str, arguments: Sequence[object], source: Source, now_ns: int, due_ns: int | None
    ) -> None:
        try:
            accepted = accept(self.table, address, arguments)
        except Released:
            self.counters.count("released")
            return
        except Refused as refused:
            self.counters.refuse(refused.reason, str(refused), source, now_ns)
            return
        if accepted.address == addresses.CHANGE:
            self.counters.refuse("output", f"{address} is said by the show and by nobody else", source, now_ns)
            return
        self.take(accepted, source, now_ns, due_ns)

    def take(self, accepted: Accepted, source: Source, now_ns: int, due_ns: int | None = None) -> None:
        """What was checked against the table: a question is answered, a control waits for its tick."""
        if accepted.control.role == "request":
            try:
                self._reply(accepted, source, now_ns, due_ns)
                self.counters.count("requested")
                self.outcome(accepted, source, "")
            except Refused as refused:
                self._refuse(accepted, refused, source, now_ns)
            return
        value = accepted.value
        if (
            value is not None
            and not isinstance(value, tuple)
            and accepted.over is None
            and self.feedback.is_echo(source, accepted.address, value, now_ns)
        ):
            self.counters.count("echoes")
            return
        self._keep([Received(accepted, source)], now_ns, due_ns)

    def _refuse(self, accepted: Accepted, refused: Refused, source: Source, now_ns: int) -> None:
        self.counters.refuse(refused.reason, str(refused), source, now_ns)
        self.outcome(accepted, source, str(refused))

    def _reply(self, accepted: Accepted, source: Source, now_ns: int, due_ns: int | None) -> None:
        match accepted.address:
            case addresses.SYNC:
                self._asking[source] = None
                self.feedback.subscribe(source)
            case addresses.LIST:
                self.feedback.reply(source, {addresses.STATE_PRESETS: ", ".join(self.presets.names())})
            case address if address in LOOKS:
                received = self._looks.answer(accepted, self._aims, source, now_ns)
                self.counters.count("messages", len(received))
                self._keep(received, now_ns, due_ns)
            case address if address in self.answers:
                self.answers[address](accepted, source)
            case addresses.LEARN | addresses.FORGET:
                raise Refused("midi", f"{accepted.address}: this show hears no MIDI; [midi] enabled lets it")
            case _ if accepted.control.address in LINES:
                self._reply_lines(accepted, source, now_ns)

    def _reply_lines(self, accepted: Accepted, source: Source, now_ns: int) -> None:
        """A visitor's line, or what staff decide about one."""
        if self.lines is None:
            raise Refused("words", f"{accepted.address}: this show takes no lines")
        value = accepted.value
        if accepted.address in DECISIONS:
            assert isinstance(value, float)
            self.lines.decide(int(value), DECISIONS[accepted.address])
        elif accepted.address == addresses.VERSE_CLEAR:
            self.lines.clear()
        else:
            self.lines.offer(str(value), source.host or source.link, now_ns, accepted.sleeper)

    def _weave(self, show: Show, now_ns: int) -> None:
        """Let the show know which lines are woven in, where that has changed: by numbers, which are journalled."""
        if self.lines is not None and show.tick % WEAVING == 0:
            self.lines.refresh()
            shown = self.lines.shown
            if shown != show.glides.others[addresses.VERSE_SHOWN]:
                self._keep([Received(accept(self.table, addresses.VERSE_SHOWN, [shown]), STAFF)], now_ns, None)

    def _keep(self, messages: Sequence[Received], now_ns: int, due_ns: int | None) -> None:
        if due_ns is None or due_ns <= now_ns:
            self.inbox.put(messages)
        elif lost := self.inbox.put_later(messages, due_ns, now_ns):
            what, ahead = messages[-1].accepted.address, (due_ns - now_ns) / SECOND
            text = f"no room for {what}, meant for {ahead:.1f} s from now"
            self.counters.refuse("later", text, messages[-1].source, now_ns, lost)

    # the live loop: messages to the show

    def gauge(self, status: Status) -> Status:
        """With what is known of messages here: how many, what was refused, what is wrong with those who take them."""
        return msgspec.structs.replace(
            status,
            messages=dict(self.counters.counted),
            refused=dict(self.counters.refused),
            refusal=self.counters.latest,
            words_waiting=0 if self.lines is None else self.lines.waiting,
            troubles=(*status.troubles, *filter(None, (trouble() for trouble in self.troubles))),
        )

    def deliver(self, show: Show, now_ns: int) -> int:
        """Hand what waits to the show, before it steps. Returns how many controls it took."""
        self._weave(show, now_ns)
        taken, asking = 0, list(self._asking)  # who asks after moving something is told of it: it is drained below
        sources: dict[str, Source] = {}
        doubled = 0
        for accepted, source in self._acting(show, now_ns):
            if (
                accepted.sleeper is not None
                and accepted.address.endswith("/beat")
                and show.community.doubles(accepted.sleeper, show.tick)
            ):
                doubled += 1
                continue
            try:
                self._give(show, accepted, source)
            except Refused as refused:
                if (source.link, refused.reason) != (PRESET.link, "locked"):  # a look leaves what is locked where it is
                    self._refuse(accepted, refused, source, now_ns)
                continue
            taken += 1
            self.outcome(accepted, source, "")
            sources[accepted.address] = source
            if accepted.sleeper is not None and not isinstance(accepted.value, tuple):
                self.feedback.publish(accepted.address, accepted.value, source, now_ns)
        self.counters.count("taken", taken)
        self.counters.count("doubled", doubled)
        self._publish_changes(show, now_ns, sources)
        if addresses.CALM in sources:
            self._publish_sleepers(show, now_ns)
        self._reply_syncs(asking, show, now_ns)
        return taken

    def _acting(self, show: Show, now_ns: int) -> Iterable[Received]:
        """What acts in this tick."""
        return self.inbox.drain(now_ns)

    def _give(self, show: Show, accepted: Accepted, source: Source) -> None:
        """One control to the show and into the journal; before it, that a hand's change begins, where one does."""
        change = self._sweeps.begins(show, accepted, source)
        for one in (accepted,) if change is None else (change, accepted):
            show.take(one)
            if self._record is not None:
                self._record(show.tick, one)

    def _publish_changes(self, show: Show, now_ns: int, sources: Mapping[str, Source] | None = None) -> None:
        """Publish whatever aims elsewhere now: set by hand, by a section of the score, by /show/calm."""
        aims = self._aims_of(show)
        for address, value in aims.items():
            by = (sources or {}).get(address)
            if by is not None or value != self._aims.get(address):
                self.feedback.publish(address, value, by, now_ns)
        self._aims = aims

    def _publish_sleepers(self, show: Show, now_ns: int) -> None:
        """Publish whatever is set otherwise now for single sleepers, whoever set it."""
        for address, value in sleepers(show.community).items():
            if self.feedback.differs(address, value):
                self.feedback.publish(address, value, None, now_ns)

    def _aims_of(self, show: Show) -> dict[str, Value]:
        return {address: value for address, value in show.glides.aims().items() if address not in self._places}

    def _reply_syncs(self, asking: Sequence[Source], show: Show, now_ns: int) -> None:
        """Answer one of those who asked for everything, twenty a second at most: it is a thousand values."""
        for source in asking:
            if now_ns - self._syncs.get(source, -SECOND) < SECOND:
                del self._asking[source]
            elif now_ns - self._synced_ns >= SYNC:
                del self._asking[source]
                self._syncs = {s: at for s, at in self._syncs.items() if now_ns - at < SECOND}
                self._syncs[source] = self._synced_ns = now_ns
                self.feedback.reply(source, {**self._aims, **sleepers(show.community), **self.feedback.state})


def sleepers(community: Community) -> dict[str, Value]:
    """What is set for every sleeper, by address."""
    return {
        f"{addresses.SLEEPER}{n}/{what}": bool(value) if what in ("present", "guest") else float(value)
        for what, values in (
            ("rate", community.rate_target),
            ("hue", community.hue_target),
            ("glow", community.glow_target),
            ("guest", community.guest_target),
            ("present", community.presence),
        )
        for n, value in enumerate(values.tolist(), 1)
    }
