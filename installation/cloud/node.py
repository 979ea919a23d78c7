"""A node of the cloud: it joins, follows, conducts when nobody else does, and yields. Pure: no socket, clock or thread.

`hear` takes what came in, `turn` does what is due, both with the time here (monotonic nanoseconds). The show stands
beside: it asks what is `due`, takes the `items` of each tick, restores `state` where there is one, answers `wished`.

Rules, from what failed: a conductor is gone when its token is, or after a second without line and answer; a line of a
higher term voids what older terms said of the ticks from its `since` on; who has stepped past that, or conducted,
restores a snapshot; who was late by half a second listens for a second before it may take over; and the old beat holds
until a new conductor's clock is known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from installation.cloud import version as versions
from installation.cloud.agreement import agree
from installation.cloud.beat import Beat
from installation.cloud.conductor import EVERY, Conductor, Refuse, Vet
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
from installation.cloud.rules import (
    AGAIN,
    BEHIND,
    FEW,
    FURTHEST,
    GIVES_WAY,
    HELD,
    LATE,
    LEAD,
    LEAP,
    LISTENS,
    LISTENS_ON,
    LONGEST,
    LOOKS,
    MENDS,
    NEVER,
    SHUNNED,
    SILENCE,
    STANDS,
    UNSAID,
)
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
        self.term: tuple[int, str] = (0, "")
        self.since = 0  # the tick at which it began
        self.stepped = tick
        self.conducting = False
        self.state: State | None = None  # to be restored before the next step
        self.wished: set[str] = set()  # who waits for the show as it is
        self.refused = ""  # why this node can't take part
        self.corrections = self.missed = 0  # snapshots restored after the first; ticks that came after their time
        self.fps = 0.0
        self.late_ns = 0  # the worst tick since it was last told
        self.refusals = 0
        self._conductor = Conductor(vet, self._refuse)
        self._mine: deque[tuple[int, str, Arguments]] = deque()
        self._number = 0
        self._asked_ns = self._told_ns = self._wanted_ns = self._mended_ns = NEVER
        self._asked_to = 0  # number up to which everything was asked
        self._turned_ns = self._heard_ns = self._news_ns = now_ns
        self._lost_ns: int | None = now_ns  # since when nobody conducts
        self._listens_ns = now_ns
        self._adrift_ns: int | None = None  # since when a snapshot is needed
        self._wish: tuple[str, int] = ("", NEVER)  # whom it was asked of, and when
        self._shunned: dict[str, int] = {}  # until when, by node
        self._figures: deque[Figures] = deque(maxlen=8)
        self._theirs: deque[Figures] = deque(maxlen=8)

    @property
    def born(self) -> bool:
        """Whether this node is in the show."""
        return self.ledger is not None

    @property
    def adrift(self) -> bool:
        """Whether it needs a snapshot before it can go on."""
        return self._adrift_ns is not None

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
            self._drift(now_ns)
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
            (item.address, item.arguments, item.node, item.number if (item.node, item.life) == self._who else 0)
            for item in self.ledger.at(tick)
            if item.address
        ]

    @property
    def _who(self) -> tuple[str, int]:
        return self.name, self.life

    @property
    def room(self) -> int:
        """How many more controls may be asked for now."""
        return UNSAID - len(self._mine)

    def ask(self, address: str, arguments: Arguments) -> int:
        """A control of this node; it acts at one tick on every node. Returns its number."""
        self._number += 1
        self._mine.append((self._number, address, arguments))
        return self._number

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
        state, self.state = self.state, None
        if state is None or not well:
            return
        self.corrections += self.born
        self.ledger = Ledger(state.tick, {(node, life): number for node, life, number in state.heard})
        self.ledger.extend(state.end, state.items)
        self.stepped, self.since, self._news_ns, self._adrift_ns = state.tick, state.since, now_ns, None
        self._figures.clear()
        self._theirs.clear()

    def figures(self, figures: Figures, now_ns: int) -> None:
        """Where the show is, once a second: told to all by who conducts, compared by the others."""
        if self.conducting:
            self._send("", figures)
            return
        self._figures.append(figures)
        self._compare(now_ns)

    # the network's side

    def gone(self, node: str, now_ns: int) -> None:
        """Its connection is closed."""
        self.roll.gone(node)
        if node == self.term[1] and self._lost_ns is None:
            self._lost_ns = now_ns

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
        match message:
            case Line():
                self._hear_line(sender, message, now_ns)
            case Ask() if self.conducting and self.ledger is not None:
                self._conductor.asked(sender, message, self.ledger)
            case Ping():
                self._send(sender, Pong(message.sent_ns, now_ns))
            case Pong() if sender == self.term[1] and not self.conducting:
                self._heard_ns = now_ns
                self.beat.answered(message.sent_ns, message.clock_ns, now_ns)
            case Here():
                if message.version != self._digest:
                    self._refuse("version", f"{sender} plays another version", sender)
                self.roll.heard(sender, message, now_ns)
            case Want() if self.conducting:
                self._say_again(sender, message.tick)
            case Wish():
                self._hear_wish(sender, message)
            case State() if sender == self._wish[0] and self.adrift | (not self.born):
                self._hear_state(message, now_ns)
            case Refusal() if sender == self._wish[0] and not self.born:
                self.refused = f"{sender} plays another show: {message.why}"
            case Figures() if sender == self.term[1] and not self.conducting:
                self._theirs.append(message)
                self._compare(now_ns)

    def _hear_line(self, sender: str, line: Line, now_ns: int) -> None:
        term, wrong = (line.term, sender), self._wrong(sender, line, now_ns)
        if wrong:
            self._refuse("line", wrong, sender)
        elif term != self.term and not self.roll.beats(term, self.term):
            self._refuse("old term", f"term {line.term} is over", sender)
        else:
            if term != self.term:
                self._follow(term, line, now_ns)
            self._heard_ns, self._lost_ns = now_ns, None
            self.beat.said(line.beat_ns, now_ns)
            self._take(line, now_ns)

    def _wrong(self, sender: str, line: Line, now_ns: int) -> str:
        """Why nobody should listen to this line; who says what can't be is not listened to for a while."""
        peer = self.roll.peers.get(sender)
        if now_ns < self._shunned.get(sender, NEVER):
            return f"{sender} conducted nonsense lately"
        if peer is not None and ((peer.here.version != self._digest and self.born) or peer.here.conduct == "never"):
            return f"{sender} may not conduct"
        wrong = ""
        if not line.since <= line.end or not 0 <= line.end - line.first <= LONGEST:
            wrong = f"a line of ticks {line.first}..{line.end}"
        elif self.born and line.term > self.term[0] + LEAP:
            wrong = f"term {line.term} after {self.term[0]}"
        if wrong:
            self._shunned[sender] = now_ns + SHUNNED
        return wrong

    def _follow(self, term: tuple[int, str], line: Line, now_ns: int) -> None:
        """Somebody conducts from now on: what older terms said of the ticks from its first on was never said."""
        conducted, self.conducting = self.conducting, False
        self.term, self.since = term, line.since
        self.beat.follow()
        self._asked_to = 0
        self._news_ns = now_ns
        self.state, self._wish = None, ("", NEVER)  # one of an older term is worth nothing
        if self.ledger is None:
            return
        if conducted or line.since < self.stepped:
            self._drift(now_ns)
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
            self._shunned[self.term[1]] = now_ns + SHUNNED
        elif line.end > ledger.known:
            ledger.extend(line.end, line.items)
            self._news_ns = now_ns

    def _miss(self, now_ns: int) -> None:
        """Lines were lost: they are asked for; and a snapshot, where they don't come."""
        if now_ns - self._news_ns > STANDS:
            self._drift(now_ns)
        elif now_ns - self._wanted_ns > SECOND // 20 and self.ledger is not None:
            self._wanted_ns = now_ns
            self._send(self.term[1], Want(self.ledger.known))

    def _say_again(self, node: str, tick: int) -> None:
        """Everything that is known from a tick on, as one line."""
        ledger = self.ledger
        if ledger is not None and ledger.begin <= tick < ledger.known and ledger.known - tick <= LONGEST:
            zero = self.beat.zero_ns or 0
            self._send(node, Line(self.term[0], self.since, tick, ledger.known, zero, tuple(ledger.since(tick))))

    def _hear_wish(self, sender: str, wish: Wish) -> None:
        if not self.born:
            return
        if differs := versions.difference(wish.version, self.version):
            self._refuse("version", f"{sender} is refused: {differs}", sender)
            self._send(sender, Refusal(differs))
        elif not self.adrift:
            self.wished.add(sender)

    def _hear_state(self, state: State, now_ns: int) -> None:
        term = (state.term, state.conductor)
        if self.roll.beats(self.term, term):
            return  # of a term that is over: it is asked for again
        if self.roll.beats(term, self.term):
            if self.born and state.term > self.term[0] + LEAP:
                return
            self.term, self._lost_ns = term, None
            self.beat.follow()
        self.since = state.since
        self._heard_ns = now_ns
        self.state = state

    def _compare(self, now_ns: int) -> None:
        for ours in self._figures:
            for theirs in self._theirs:
                if ours.tick == theirs.tick and not agree(ours, theirs) and now_ns - self._mended_ns >= MENDS:
                    self._mended_ns = now_ns
                    self._refuse("astray", f"another show than {self.term[1]}'s at tick {ours.tick}", self.name)
                    self._figures.clear()
                    self._drift(now_ns)
                    return

    def _drift(self, now_ns: int) -> None:
        if self._adrift_ns is None:
            self._adrift_ns, self._wish = now_ns, ("", NEVER)

    # what is due

    def turn(self, now_ns: int) -> None:
        """To be called some hundred times a second: says, asks and decides what is due."""
        away, self._turned_ns = now_ns - self._turned_ns, now_ns
        if away > LATE:
            self._listens_ns = now_ns + (LISTENS_ON if self.conducting else LISTENS)
            self._heard_ns = self._news_ns = now_ns  # the silence was this node's own
            self._lost_ns = None if self._lost_ns is None else now_ns
        if now_ns - self._told_ns >= SECOND:
            self._tell(now_ns)
        if self.conducting:
            if now_ns >= self._listens_ns:
                self._write(now_ns)
            return
        self._watch(now_ns)
        if self.conducting:
            return
        if self.term[1] and self.beat.asks(now_ns):
            self._send(self.term[1], Ping(now_ns))
        self._wish_for(now_ns)
        self._ask(now_ns)

    def _tell(self, now_ns: int) -> None:
        self._told_ns = now_ns
        late, self.late_ns = self.late_ns / 1e6, 0
        clock = 0.0 if self.beat.best_ns is None else self.beat.best_ns / 2e6
        number = self.term[0] if self.born else 0
        told = Here(
            self._digest,
            number,
            self.conducting,
            self.conduct,
            self.stepped,
            late,
            clock,
            self.fps,
            self.corrections,
            self.refusals,
        )
        self._send("", told)
        if self.ledger is not None:  # what acted a second ago is never asked again
            acted = self.ledger.heard_at(self.stepped - ticks.RATE).get(self._who, -1)
            while self._mine and self._mine[0][0] <= acted:
                self._mine.popleft()

    def _watch(self, now_ns: int) -> None:
        """See whether somebody conducts, and do it where nobody does."""
        if self._lost_ns is None:
            silent = now_ns - self._heard_ns > SILENCE
            held = self.born and not self.adrift and now_ns - self._news_ns > HELD
            if not (silent or held):
                return
            if held and not silent:
                self._shunned[self.term[1]] = now_ns + SHUNNED
            self._lost_ns = now_ns
        if self.conduct == "never" or now_ns < self._listens_ns or self.refused:
            return
        wait = GIVES_WAY * self.roll.before(self._digest, self.born, now_ns)
        wait += 0 if self.born else LOOKS
        wait += SECOND if self.adrift else 0
        wait += 0 if self.conduct == "always" or self.roll.enough(now_ns) else FEW
        if now_ns - self._lost_ns >= wait:
            self._take_over(now_ns)

    def _take_over(self, now_ns: int) -> None:
        if self.ledger is None:
            self.ledger = Ledger(self.stepped)
        known = self.ledger.known
        zero = self.beat.zero_ns
        ahead = known - self.beat.tick(now_ns)
        if zero is None or not -ticks.RATE // 4 <= ahead <= FURTHEST:  # time slips; it is not hurried after
            zero = now_ns - known * SECOND // ticks.RATE
        self.term, self.since, self.conducting = (self.term[0] + 1, self.name), known, True
        self._adrift_ns = self._lost_ns = self.state = None
        self.beat.lead(zero)
        self._conductor.begin()
        self._write(now_ns)

    def _write(self, now_ns: int) -> None:
        ledger = self.ledger
        assert ledger is not None
        self._conductor.asked(self.name, Ask(self.life, tuple(self._unsaid(ledger))), ledger)
        tick, known = self.beat.tick(now_ns), ledger.known
        if tick - known > ticks.RATE and self.beat.zero_ns is not None:  # this machine stood still
            self.beat.lead(now_ns - known * SECOND // ticks.RATE)
            tick = known
        end = tick + self._lead
        if end - known >= EVERY:
            items = self._conductor.line(known)
            ledger.extend(end, items)
            self._send("", Line(self.term[0], self.since, known, end, self.beat.zero_ns or 0, items))

    def _unsaid(self, ledger: Ledger) -> Sequence[tuple[int, str, Arguments]]:
        heard = ledger.heard(*self._who)
        return [one for one in self._mine if one[0] > heard][:96]

    def _ask(self, now_ns: int) -> None:
        """Everything of this node that no line holds yet, to the conductor."""
        if self.ledger is None or self._lost_ns is not None or not self.term[1] or not self._mine:
            return
        if self._number > self._asked_to or now_ns - self._asked_ns >= AGAIN:
            unsaid = self._unsaid(self.ledger)
            if unsaid:
                self._asked_ns, self._asked_to = now_ns, unsaid[-1][0]
                self._send(self.term[1], Ask(self.life, tuple(unsaid)))

    def _wish_for(self, now_ns: int) -> None:
        """Ask for a snapshot: the conductor, then others who are in the show."""
        asked, at = self._wish
        if not (self.adrift or not self.born) or self.state is not None or now_ns - at < SECOND:
            return
        others = sorted((n for n in self.roll.alive(now_ns) if self.roll.peers[n].here.term > 0), key=self.roll.rank)
        if self.term[1] and self._lost_ns is None:
            others = [self.term[1], *(n for n in others if n != self.term[1])]
        if others:
            nearest = others[(others.index(asked) + 1) % len(others)] if asked in others else others[0]
            self._wish = (nearest, now_ns)
            self._send(nearest, Wish(dict(self.version)))
