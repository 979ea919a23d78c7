"""A node of the cloud: it joins, follows, conducts when nobody else does, and yields. Pure: no socket, clock or thread.

`hear` takes what came in, `turn` does what is due, both with the time here (monotonic nanoseconds). The show stands
beside: it asks what is `due`, takes the `items` of each tick, restores `state` where there is one, answers `wished`.

Rules, from what failed: a conductor is gone when its token is, or after a second without line and answer; a line of
another term voids what older terms said of the ticks from its `since` on; who has stepped past that, or conducted,
restores a snapshot; who was late by half a second hears the others for a second before it may take over; and the old
beat holds until a new conductor's clock is known. Whose term goes before whose is for `election` to say.
"""

from __future__ import annotations

from collections.abc import Callable

from installation.cloud import version as versions
from installation.cloud.asking import Asking
from installation.cloud.beat import Beat
from installation.cloud.conductor import EVERY, Conductor, Refuse, Vet
from installation.cloud.correction import Correction
from installation.cloud.election import Election, Reign
from installation.cloud.ledger import Ledger
from installation.cloud.messages import (
    Arguments,
    Ask,
    Figures,
    Here,
    Line,
    Message,
    Ping,
    Pong,
    Refusal,
    State,
    Want,
    Wish,
    decoded,
)
from installation.cloud.roll import Roll
from installation.cloud.rules import BEHIND, FURTHEST, LEAD, LEAP, LONGEST, NEVER, SILENCE
from installation.cloud.version import Version
from installation.model import ticks
from installation.model.ticks import SECOND

Send = Callable[[str, Message], None]
"""To a node; to all where its name is empty."""


class Node:
    """One node, `name`, `life` of which is another each time it begins; its show stands at `tick`."""

    def __init__(
        self,
        roll: Roll,
        version: Version,
        send: Send,
        vet: Vet,
        refuse: Refuse,
        now_ns: int,
        *,
        life: int,
        tick: int = 0,
        conduct: str = "auto",
        lead: int = LEAD,
    ) -> None:
        self.roll, self.name, self.version = roll, roll.me, version
        self._digest = versions.digest(version)
        self._send, self._count = send, refuse
        self.life, self.conduct, self._lead = life, conduct, lead
        self.beat = Beat()
        self.ledger: Ledger | None = None  # None: not in the show yet
        self.election = Election(roll, self._digest, conduct, now_ns)
        self.correction = Correction()
        self.stepped = tick
        self.conducting = False
        self.wished: set[str] = set()  # who waits for the show as it is
        self.refused = ""  # why this node can't take part
        self.corrections = self.missed = 0  # snapshots restored after the first; ticks that came after their time
        self.fps = 0.0
        self.late_ns = 0  # the worst tick since it was last told
        self.refusals = 0
        self._conductor = Conductor(vet, self._refuse)
        self._asking = Asking(self.name, life)
        self._told_ns = self._wanted_ns = NEVER
        self._early: tuple[str, Line, int] | None = None  # of who took over while the old one was thought to live

    @property
    def born(self) -> bool:
        """Whether this node is in the show."""
        return self.ledger is not None

    @property
    def term(self) -> tuple[int, str]:
        """The number of the term and its conductor."""
        return self.election.reign.name

    @property
    def since(self) -> int:
        """The tick at which the term began."""
        return self.election.reign.since

    @property
    def state(self) -> State | None:
        """To be restored before the next step."""
        return self.correction.state

    @property
    def adrift(self) -> bool:
        """Whether it needs a snapshot before it can go on."""
        return self.correction.adrift

    def _refuse(self, reason: str, what: str, node: str) -> None:
        self.refusals += 1
        self._count(reason, what, node)

    # the show's side

    def due(self, now_ns: int, tick: int) -> int:
        """Ticks that the show, which stands at `tick`, should step now: never past what is known."""
        self.stepped = tick
        if self.ledger is None or self.beat.zero_ns is None:
            return 0
        behind = self.beat.tick(now_ns) - tick
        if behind > BEHIND and not self.conducting:
            self.correction.drift()
        due = min(behind, self.ledger.known - tick, ticks.RATE)
        if due > 0:
            late = now_ns - self.beat.due_ns(tick + 1)
            self.late_ns = max(self.late_ns, late)
            self.missed += late > SECOND // 4
        return max(0, due)

    def items(self, tick: int) -> list[tuple[str, Arguments, str, int]]:
        """What acts at a tick: address, arguments, and of which node and with which number (0: not of this life)."""
        self.stepped = tick + 1
        if self.ledger is None:
            return []
        return [
            (item.address, item.arguments, item.node, item.number if (item.node, item.life) == self._asking.who else 0)
            for item in self.ledger.at(tick)
            if item.address
        ]

    @property
    def room(self) -> int:
        """How many more controls may be asked for now."""
        return self._asking.room

    def ask(self, address: str, arguments: Arguments) -> int:
        """A control of this node; it acts at one tick on every node. Returns its number."""
        return self._asking.add(address, arguments)

    def answer(self, snapshot: bytes, tick: int) -> None:
        """The show as it is before the step of `tick`, for those who wished it."""
        ledger = self.ledger
        if ledger is None:
            return
        heard = tuple((*who, number) for who, number in ledger.heard_at(tick).items())
        items = tuple(ledger.since(tick))
        state = State(self.term[0], self.term[1], self.since, tick, ledger.known, snapshot, heard, items)
        for node in self.wished:
            self._send(node, state)
        self.wished.clear()

    def restored(self, well: bool, now_ns: int) -> None:
        """The show stands where `state` says; or that could not be restored, and another is asked for."""
        state, self.correction.state = self.state, None
        if state is None or not well:
            return
        self.corrections += self.born
        self.ledger = Ledger(state.tick, {(node, life): number for node, life, number in state.heard})
        self.ledger.extend(state.end, state.items)
        self.stepped = state.tick
        self.election.news(now_ns)
        self.correction.settled()

    def figures(self, figures: Figures, now_ns: int) -> None:
        """Where the show is, once a second: told to all by who conducts, compared by the others."""
        if self.conducting:
            self._send("", figures)
        else:
            self._astray(self.correction.show(figures, now_ns))

    # the network's side

    def gone(self, node: str, now_ns: int) -> None:
        """Its connection is closed."""
        self.roll.gone(node)
        self.election.gone(node, now_ns)
        early, self._early = self._early, None
        if early is not None and node == self.term[1] and now_ns - early[2] < SECOND:
            self._hear_line(*early[:2], now_ns)

    def hear_data(self, sender: str, data: bytes, now_ns: int) -> None:
        """What came in from `sender`, whatever it is."""
        if not self.roll.admits(sender):
            self._refuse("stranger", f"{sender[:40]} is not of this cloud", sender)
            return
        try:
            message = decoded(data)
        except ValueError as error:
            self._refuse("malformed", str(error), sender)
            return
        self.hear(sender, message, now_ns)

    def hear(self, sender: str, message: Message, now_ns: int) -> None:
        """A message of a node that may take part."""
        self.election.net(now_ns)
        match message:
            case Line():
                self._hear_line(sender, message, now_ns)
            case Ask() if self.conducting and self.ledger is not None:
                self._conductor.asked(sender, message, self.ledger)
            case Ping():
                self._send(sender, Pong(message.sent_ns, now_ns))
            case Pong() if sender == self.term[1] and not self.conducting:
                self.election.answered(now_ns)
                self.beat.answered(message.sent_ns, message.clock_ns, now_ns)
            case Here():
                if message.version != self._digest:
                    self._refuse("version", f"{sender} plays another version", sender)
                self.roll.heard(sender, message, now_ns)
            case Want() if self.conducting:
                self._say_again(sender, message.tick)
            case Wish():
                self._hear_wish(sender, message)
            case State() if self.correction.asked(sender) and (self.adrift or not self.born):
                self._hear_state(message, now_ns)
            case Refusal() if self.correction.asked(sender) and not self.born:
                self.refused = f"{sender} plays another show: {message.why}"
            case Figures() if sender == self.term[1] and not self.conducting:
                self._astray(self.correction.conductor(message, now_ns))

    def _hear_line(self, sender: str, line: Line, now_ns: int) -> None:
        reign = Reign(line.term, sender, line.since, line.support)
        if wrong := self.election.wrong(sender, line, self.born, now_ns):
            self._refuse("line", wrong, sender)
        elif reign.name != self.term and not self.election.follows(reign, now_ns):
            self._early = sender, line, now_ns
            self._refuse("old term", f"term {line.term} is over, or few follow it", sender)
        else:
            other = reign.name != self.term
            self.election.heard(reign, now_ns)
            if other:
                self._follow(line, now_ns)
            self.beat.said(line.beat_ns, now_ns)
            self._take(line, now_ns)

    def _follow(self, line: Line, now_ns: int) -> None:
        """Somebody else conducts from now on: what was said of the ticks from its first on was never said."""
        conducted, self.conducting = self.conducting, False
        self.beat.follow()
        self.election.news(now_ns)
        self.correction.anew()
        self._asking.anew()
        self._early = None
        if self.ledger is None:
            return
        if conducted or line.since < self.stepped:
            self.correction.drift()
        if line.since < self.ledger.known:
            self.ledger.void(line.since)

    def _take(self, line: Line, now_ns: int) -> None:
        ledger = self.ledger
        if ledger is None or self.adrift:
            return
        if line.first > ledger.known:
            self._miss(now_ns)
        elif line.end > max(self.beat.tick(now_ns), ledger.known) + FURTHEST:
            self._refuse("line", f"ticks up to {line.end}, far ahead", self.term[1])
            self.election.shun(self.term[1], now_ns)
        elif line.end > ledger.known:
            ledger.extend(line.end, line.items)
            self.election.news(now_ns)

    def _miss(self, now_ns: int) -> None:
        """Lines were lost: they are asked for; and a snapshot, where they don't come."""
        if self.election.stands(now_ns):
            self.correction.drift()
        elif now_ns - self._wanted_ns > SECOND // 20 and self.ledger is not None:
            self._wanted_ns = now_ns
            self._send(self.term[1], Want(self.ledger.known))

    def _say_again(self, node: str, tick: int) -> None:
        """Everything that is known from a tick on, as one line."""
        ledger = self.ledger
        if ledger is not None and ledger.begin <= tick < ledger.known and ledger.known - tick <= LONGEST:
            zero = self.beat.zero_ns or 0
            items, support = tuple(ledger.since(tick)), self.election.reign.support
            self._send(node, Line(self.term[0], self.since, tick, ledger.known, zero, items, support))

    def _hear_wish(self, sender: str, wish: Wish) -> None:
        if not self.born:
            return
        if differs := versions.difference(wish.version, self.version):
            self._refuse("version", f"{sender} is refused: {differs}", sender)
            self._send(sender, Refusal(differs))
        elif not self.adrift:
            self.wished.add(sender)

    def _hear_state(self, state: State, now_ns: int) -> None:
        reign = Reign(state.term, state.conductor, state.since)
        if reign.name != self.term:
            if self.born and not self.election.vacant:
                return  # another's show is not the show
            if self.roll.beats(self.term, reign.name) or (self.born and state.term > self.term[0] + LEAP):
                return
            self.beat.follow()
            self.election.heard(reign, now_ns)
        self.election.answered(now_ns)
        self.correction.state = state

    def _astray(self, tick: int | None) -> None:
        if tick is not None:
            self._refuse("astray", f"another show than {self.term[1]}'s at tick {tick}", self.name)

    # what is due

    def turn(self, now_ns: int) -> None:
        """To be called some hundred times a second: says, asks and decides what is due."""
        away = self.election.woke(now_ns, self.conducting)
        if self.conducting and away > SILENCE and self.roll.peers:
            self.conducting = False
            self.election.abdicate(now_ns)
        if now_ns - self._told_ns >= SECOND:
            self._tell(now_ns)
        if self.conducting:
            if not self.election.listens(now_ns):
                self._write(now_ns)
            return
        self.election.watch(now_ns, self.born and not self.adrift)
        if not self.refused and self.election.due(now_ns, self.born, self.adrift):
            self._take_over(now_ns)
            return
        if self.term[1] not in ("", self.name) and self.beat.asks(now_ns):
            self._send(self.term[1], Ping(now_ns))
        self._wish_for(now_ns)
        self._ask(now_ns)

    def _tell(self, now_ns: int) -> None:
        self._told_ns = now_ns
        late, self.late_ns = self.late_ns / 1e6, 0
        clock = 0.0 if self.beat.best_ns is None else self.beat.best_ns / 2e6
        number, conductor = self.term if self.born else (0, "")
        how = late, clock, self.fps, self.corrections, self.refusals
        told = Here(self._digest, number, self.conducting, self.conduct, self.stepped, *how, conductor)
        self._send("", told)
        if self.ledger is not None:  # what acted a second ago is never asked again
            self._asking.forget(self.ledger.heard_at(self.stepped - ticks.RATE).get(self._asking.who, -1))

    def _take_over(self, now_ns: int) -> None:
        if self.ledger is None:
            self.ledger = Ledger(self.stepped)
        known = self.ledger.known
        zero = self.beat.zero_ns
        ahead = known - self.beat.tick(now_ns)
        if zero is None or not -ticks.RATE // 4 <= ahead <= FURTHEST:  # time slips; it is not hurried after
            zero = now_ns - known * SECOND // ticks.RATE
        self.election.begin(known, now_ns)
        self.correction.anew()
        self.correction.settled()
        self.conducting = True
        self.beat.lead(zero)
        self._conductor.begin()
        self._write(now_ns)

    def _write(self, now_ns: int) -> None:
        ledger = self.ledger
        assert ledger is not None
        self._conductor.asked(self.name, self._asking.unsaid(ledger), ledger)
        tick, known = self.beat.tick(now_ns), ledger.known
        if tick - known > ticks.RATE and self.beat.zero_ns is not None:  # this machine stood still
            self.beat.lead(now_ns - known * SECOND // ticks.RATE)
            tick = known
        end = tick + self._lead
        if end - known >= EVERY:
            items = self._conductor.line(known)
            ledger.extend(end, items)
            support = self.election.count(now_ns)
            self._send("", Line(self.term[0], self.since, known, end, self.beat.zero_ns or 0, items, support))

    def _ask(self, now_ns: int) -> None:
        """Everything of this node that no line holds yet, to the conductor."""
        if self.ledger is None or self.election.vacant or not self.term[1]:
            return
        if ask := self._asking.due(self.ledger, now_ns):
            self._send(self.term[1], ask)

    def _wish_for(self, now_ns: int) -> None:
        """Ask for a snapshot: the conductor, then others who are in the show."""
        if self.born and not self.adrift:
            return
        others = sorted((n for n in self.roll.alive(now_ns) if self.roll.peers[n].here.term > 0), key=self.roll.rank)
        if self.term[1] and not self.election.vacant:
            others = [self.term[1], *(n for n in others if n != self.term[1])]
        if node := self.correction.asks(others, now_ns):
            self._send(node, Wish(dict(self.version)))
