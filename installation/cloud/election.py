"""Election: whether somebody conducts, whom of several, and when this node may do it itself. Reads no clock.

Of two conductors the one whom more follow is followed; of two with as many, who has conducted longer, then the higher
term. So a machine that stood still, or was cut off alone, never takes the others with it, whatever it said meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from installation.cloud.messages import Line
from installation.cloud.roll import Roll
from installation.cloud.rules import (
    ALONE,
    FEW,
    GIVES_WAY,
    HELD,
    LATE,
    LEAP,
    LISTENS,
    LISTENS_ON,
    LONGEST,
    LOOKS,
    NEVER,
    SHUNNED,
    SILENCE,
    STANDS,
)
from installation.model.ticks import SECOND


@dataclass(frozen=True, slots=True)
class Reign:
    """A term as it was said last: its number and conductor, the tick at which it began, how many follow it."""

    term: int = 0
    conductor: str = ""
    since: int = 0
    support: int = 0

    @property
    def name(self) -> tuple[int, str]:
        """What tells it from others."""
        return self.term, self.conductor


class Election:
    """Of a node of `roll` that plays the version `digest` and may conduct as `conduct` says."""

    def __init__(self, roll: Roll, digest: str, conduct: str, now_ns: int) -> None:
        self._roll, self._digest, self._conduct = roll, digest, conduct
        self.reign = Reign()
        self._lost_ns: int | None = now_ns  # since when nobody conducts
        self._heard_ns = self._news_ns = self._turned_ns = self._listens_ns = now_ns
        self._woke_ns = NEVER  # after standing still
        self._began_ns = NEVER  # when this node took over
        self.net_ns = NEVER  # when anybody was heard
        self._shunned: dict[str, int] = {}  # until when, by node

    @property
    def vacant(self) -> bool:
        """Whether nobody conducts, as far as is known here."""
        return self._lost_ns is not None

    # what was heard

    def net(self, now_ns: int) -> None:
        """Somebody said something."""
        self.net_ns = now_ns

    def answered(self, now_ns: int) -> None:
        """The conductor told the time."""
        self._heard_ns = now_ns

    def heard(self, reign: Reign, now_ns: int) -> None:
        """The conductor of this reign, who is followed, said a line, or is known from who follows it."""
        self.reign, self._heard_ns, self._lost_ns = reign, now_ns, None

    def news(self, now_ns: int) -> None:
        """More is known of the show."""
        self._news_ns = now_ns

    def gone(self, node: str, now_ns: int) -> None:
        """A connection was closed."""
        if node == self.reign.conductor and self._lost_ns is None:
            self._lost_ns = now_ns

    def stands(self, now_ns: int) -> bool:
        """Whether nothing new has been known for so long that asking for lines is no use."""
        return now_ns - self._news_ns > STANDS

    # whom to follow

    def shun(self, node: str, now_ns: int) -> None:
        """Nobody listens to its lines for a while."""
        self._shunned[node] = now_ns + SHUNNED

    def wrong(self, sender: str, line: Line, born: bool, now_ns: int) -> str:
        """Why nobody should listen to this line; who says what can't be is not listened to for a while."""
        peer = self._roll.peers.get(sender)
        if now_ns < self._shunned.get(sender, NEVER):
            return f"{sender} conducted nonsense lately"
        if peer is not None and ((peer.here.version != self._digest and born) or peer.here.conduct == "never"):
            return f"{sender} may not conduct"
        wrong = ""
        if not line.since <= line.end or not 0 <= line.end - line.first <= LONGEST:
            wrong = f"a line of ticks {line.first}..{line.end}"
        elif born and line.term > self.reign.term + LEAP:
            wrong = f"term {line.term} after {self.reign.term}"
        if wrong:
            self.shun(sender, now_ns)
        return wrong

    def follows(self, other: Reign, now_ns: int) -> bool:
        """Whether the conductor of another reign is followed from now on."""
        ours = self.reign
        later = self._roll.beats(other.name, ours.name)
        if self._lost_ns is not None:
            return later or self._conducts(other, now_ns)
        if other.support != ours.support:
            more = other.support > ours.support
            return more and (later or self._conducts(other, now_ns))
        if other.since != ours.since:
            return other.since < ours.since and (later or self._conducts(other, now_ns))
        return later

    def _conducts(self, other: Reign, now_ns: int) -> bool:
        """Whether it says so itself: a line of a term that is over may come late."""
        peer = self._roll.peers.get(other.conductor)
        if peer is None or other.conductor not in self._roll.alive(now_ns):
            return False
        return peer.here.conducts and peer.here.term == other.term

    # when to conduct

    def woke(self, now_ns: int, conducting: bool) -> int:
        """For so many nanoseconds this node stood still, 0 where it did not: then it listens before it goes on."""
        away, self._turned_ns = now_ns - self._turned_ns, now_ns
        if away <= LATE:
            return 0
        self._woke_ns, self._listens_ns = now_ns, now_ns + (LISTENS_ON if conducting else LISTENS)
        self._heard_ns = self._news_ns = now_ns  # the silence was this node's own
        self._lost_ns = None if self._lost_ns is None else now_ns
        return away

    def listens(self, now_ns: int) -> bool:
        """Whether it still does nothing but listen."""
        return now_ns < self._listens_ns

    def abdicate(self, now_ns: int) -> None:
        """Whoever stood still for long conducts no more: others do by now, or somebody will."""
        self._lost_ns, self._listens_ns = now_ns, now_ns + LISTENS

    def watch(self, now_ns: int, held: bool) -> None:
        """See whether somebody conducts; `held`: the show waits for lines."""
        if self._lost_ns is not None:
            return
        silent = now_ns - self._heard_ns > SILENCE
        held = held and now_ns - self._news_ns > HELD
        if held and not silent:
            self.shun(self.reign.conductor, now_ns)
        if silent or held:
            self._lost_ns = now_ns

    def due(self, now_ns: int, born: bool, adrift: bool) -> bool:
        """Whether this node is to take over now."""
        if self._lost_ns is None or self._conduct == "never" or not self._listened(now_ns):
            return False
        wait = GIVES_WAY * self._roll.before(self._digest, born, now_ns)
        wait += 0 if born else LOOKS
        wait += SECOND if adrift else 0
        wait += 0 if self._conduct == "always" or self._roll.enough(now_ns) else FEW
        return now_ns - self._lost_ns >= wait

    def _listened(self, now_ns: int) -> bool:
        """Who stood still hears the others for a second, or nobody for five, before it takes over."""
        if self.listens(now_ns):
            return False
        alone = not self._roll.peers or now_ns - self._woke_ns >= ALONE
        return self._woke_ns == NEVER or alone or self.net_ns > self._woke_ns

    def begin(self, since: int, now_ns: int) -> None:
        """This node conducts from now on."""
        self.reign = Reign(self.reign.term + 1, self._roll.me, since, 1)
        self._lost_ns, self._began_ns = None, now_ns
        self.count(now_ns)

    def count(self, now_ns: int) -> int:
        """How many follow this node, which conducts: those who say so, and those who have not spoken since it began."""
        reign, alive = self.reign, [self._roll.peers[node] for node in self._roll.alive(now_ns)]
        told = [(peer.here.term, peer.here.conductor) == reign.name or peer.at_ns < self._began_ns for peer in alive]
        those = sum(told)
        self.reign = Reign(reign.term, reign.conductor, reign.since, 1 + those)
        return self.reign.support
