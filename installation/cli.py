"""The command `sleeptree`: its options, and the command that gets them. What it does is in installation.commands."""

from __future__ import annotations

import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from installation.commands.play import Supervision
from installation.foundation.errors import Mistake
from installation.foundation.refusal import plain
from installation.model.score import Phase
from installation.options import (
    BEGINNING,
    SEEDS,
    Binaural,
    CloudName,
    Config,
    ControllerName,
    Date,
    Device,
    DisplayNumber,
    Ends,
    Evening,
    FarmStep,
    Fps,
    Hours,
    JournalFile,
    KioskStep,
    Length,
    LineNumber,
    Moment,
    OutputName,
    Performed,
    PhaseName,
    ProjectorStep,
    ReportFile,
    SceneName,
    SceneStep,
    ScoreName,
    Seed,
    Silent,
    SleeperNumber,
    Start,
    StartOfNight,
    StreamUrl,
    SupervisorLinkOption,
    Unsupervised,
    WindowSize,
    WordsStep,
    Workers,
    name_of,
    number,
    pixels,
    rectangle,
    several,
    whole,
)
from installation.session.request import PlayOptions, Request


def _version(wanted: bool) -> None:
    if wanted:
        print(f"sleeptree {version('sleeptree')}")
        raise typer.Exit


app = typer.Typer(
    name="sleeptree",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="`sleeptree play` is the piece. Bad input ends a command with one line and exit code 2.",
)


@app.callback()
def sleeptree(
    *, _: Annotated[bool, typer.Option("--version", help="Say which version this is.", callback=_version)] = False
) -> None:
    """SleepTree: a room sleeps together. A generative audiovisual installation for events."""


@app.command()
def play(
    *,
    display: DisplayNumber = None,
    window: WindowSize = None,
    scene: SceneName = None,
    score: ScoreName = None,
    seed: Seed = None,
    config: Config = None,
    hours: Hours = None,
    seconds: Ends = None,
    silent: Silent = False,
    device: Device = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS[:PORT]", help=r"Take OSC here, from those in \[osc] allow; 0.0.0.0: everywhere."),
    ] = None,
    osc_port: Annotated[
        int | None, typer.Option(parser=whole("--osc-port", 1, 65_535), metavar="PORT", help="Take OSC on this port.")
    ] = None,
    pages: Annotated[bool, typer.Option("--pages", help="Serve the visitors' page for phones in this house.")] = False,
    link: Annotated[
        bool, typer.Option("--link", help="The tempo of an Ableton Link session leads breath and torn slices.")
    ] = False,
    stream: StreamUrl = None,
    report: ReportFile = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the last show was cut off just now.")] = False,
    cue: Annotated[
        str, typer.Option("--from", metavar="CUE", help="Rehearse: begin with this section of the score.")
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", help="A scene fades in whenever it is saved.")] = False,
    cloud: CloudName = "",
    node: Annotated[
        str, typer.Option(metavar="NAME", parser=name_of("--node"), help="With --cloud: this machine's name.")
    ] = "",
    crop: Annotated[
        str | None, typer.Option(metavar="X,Y,W,H", help="With --cloud: the part of the canvas that is shown here.")
    ] = None,
    canvas: Annotated[
        str | None, typer.Option(metavar="WxH", help="With --crop: the whole, which every machine draws.")
    ] = None,
    unsupervised: Unsupervised = False,
    supervisor_link: SupervisorLinkOption = None,
    context: typer.Context,
) -> None:
    """Play the piece, fullscreen, until somebody ends it.

    Keys: Escape or Q ends (held for a second where it fills the screen), F fullscreen or window, Space holds the score,
    Right and Left next and previous section, 1 2 3 harmony glitch resolution, H what is going on, B blackout, S saves a
    still.

    Where there is no screen, it films half a minute through every world and all three phases instead.
    """
    wanted = None if window is None else pixels("--window", window)
    from installation.commands.play import play

    options = PlayOptions(
        display,
        wanted,
        seconds,
        report,
        listen,
        osc_port,
        silent=silent,
        device=device,
        pages=pages,
        watch=watch,
        link=link,
        stream=stream,
        cloud=cloud,
        node=node,
        crop=None if crop is None else rectangle("--crop", crop),
        canvas=None if canvas is None else pixels("--canvas", canvas),
    )
    supervision = Supervision(context.obj, supervisor_link, unsupervised)
    _ended(play(Request(config, score, scene, seed, hours, cue=cue), options, supervision, resume))


@app.command()
def still(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE.png", help="Where the picture goes; .webp is a tenth of it.")],
    phase: Annotated[PhaseName | None, typer.Option(help="The middle of the longest section of this phase.")] = None,
    at: Moment = None,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels.")] = "1920x1080",
    output: OutputName = None,
    scene: SceneName = None,
    score: ScoreName = None,
    seed: Seed = None,
    hours: Hours = None,
    date: Date = "",
    config: Config = None,
    journal: Performed = None,
    sleeper: SleeperNumber = None,
) -> None:
    """Save one picture of the show, or of a night that was recorded; as a memento, with one sleeper's light marked."""
    from installation.commands.still import still

    if (phase is None) == (at is None):
        raise Mistake("still takes either --phase or --at")
    if journal is not None and at is None:
        raise Mistake("still takes --at with --journal: what was played knows no middle of a phase")
    name: Phase | None = phase.value if phase is not None else None
    _say(
        still(
            Request(config, score, scene, seed, hours, date),
            at,
            name,
            pixels("--size", size),
            out,
            journal,
            output,
            sleeper,
        )
    )


@app.command()
def gallery(
    *,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="One picture (.png, .webp), or a page that is whole in itself (.html).")
    ],
    seeds: Annotated[str, typer.Option(metavar="N-N,N,...", help="These seeds, a column each.")] = "1-4",
    nights: Annotated[
        bool, typer.Option("--nights", help="What was played: the newest recorded nights, a row each, instead.")
    ] = False,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of one still.")] = "320x180",
    scene: SceneName = None,
    score: ScoreName = None,
    hours: Hours = None,
    date: Date = "",
    config: Config = None,
) -> None:
    """Draw every world in every phase with several seeds, side by side; on a page, each with the command that makes it.

    A second time it goes faster: moments of shows are kept in the cache.
    """
    from installation.commands.gallery import GalleryRequest, gallery

    wanted = GalleryRequest(out, pixels("--size", size), several("--seeds", 0, SEEDS)(seeds), nights)
    _say(gallery(Request(config, score, scene, hours=hours, date=date), wanted))


@app.command()
def look(
    scene: Annotated[str, typer.Argument(metavar="SCENE", help="The scene's name.")],
    *,
    at: Annotated[str, typer.Option(metavar="S,S,...", help="These moments; else the middle of each phase.")] = "",
    strip: Annotated[
        int, typer.Option(metavar="N", parser=whole("--strip", 0, 48), help="So many moments through the arc.")
    ] = 0,
    seeds: Annotated[str, typer.Option(metavar="N,N,...", help="With these seeds.")] = "",
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of one picture.")] = "640x360",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Where the sheet goes.", show_default="SCENE.png")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Draw it again whenever the scene is saved.")] = False,
    score: ScoreName = None,
    config: Config = None,
) -> None:
    """For who writes a scene: moments on one sheet, what they cost, what the flash guard did, what is wrong."""
    from installation.commands.look import LookRequest, look

    moments = tuple(number("--at", 0)(word) for word in at.split(",") if word)
    others = tuple(whole("--seeds", 0, SEEDS)(word) for word in seeds.split(",") if word)
    wanted = LookRequest(pixels("--size", size), out or Path(f"{Path(scene).name}.png"), moments, strip, others)
    look(Request(config, score, scene), wanted, watch)


@app.command("scene")
def new_scene(
    step: Annotated[SceneStep, typer.Argument(help="What is to be done.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="A Python name: lower case, digits, _.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for its package.")],
) -> None:
    """Begin a scene of your own: a package that plays, with a test."""
    from installation.commands.scene import begin

    for line in begin(name, folder):
        _say(line)


@app.command()
def film(
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The film (.mp4), or seconds that go round (.gif, .webp).")
    ] = None,
    start: Start = 0.0,
    seconds: Length = None,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Pixels.", show_default="1920x1080, a loop 480x270")
    ] = None,
    fps: Annotated[Fps | None, typer.Option(help="Pictures a second.", show_default="60, a loop 20")] = None,
    codec: Annotated[
        str, typer.Option(metavar="CODEC", help="h264 plays everywhere; hevc10 has 10 bits, for dark gradients.")
    ] = "h264",
    scene: SceneName = None,
    score: ScoreName = None,
    seed: Seed = None,
    hours: Hours = None,
    date: Date = "",
    config: Config = None,
    frames: Annotated[Path | None, typer.Option(metavar="DIR", help="Every frame as a PNG, too or instead.")] = None,
    journal: Performed = None,
    wav: Annotated[Path | None, typer.Option(metavar="FILE.wav", help="The sound alone, 24 bits, too.")] = None,
    binaural: Binaural = False,
    workers: Workers = None,
    farm: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Let the workers of this dask scheduler draw (extra [farm]).")
    ] = None,
    mixed: Annotated[
        bool, typer.Option("--mixed", help="Take workers whose pictures differ from this machine's.")
    ] = False,
    output: OutputName = None,
) -> None:
    """Film the show, or a part of it, on all cores or a farm. Ctrl-C keeps what is whole: the same command goes on."""
    from installation.commands.film import film
    from installation.session import filming

    if output is not None and size is not None:
        raise Mistake("film: --size is the output's own with --output")
    loops = filming.goes_round(out)
    wanted = (filming.LOOP_SIZE if loops else filming.FILM_SIZE) if size is None else pixels("--size", size)
    rate = (filming.LOOP_FPS if loops else filming.FILM_FPS) if fps is None else int(fps)
    reel = filming.Reel(wanted, rate, start, seconds, out, frames, wav, binaural, codec, workers, farm, mixed, output)
    _say(film(Request(config, score, scene, seed, hours, date), reel, journal))


@app.command()
def farm(
    step: Annotated[FarmStep, typer.Argument(help="worker: draw for whoever films.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of the scheduler: tcp://10.0.0.2:8786.")],
    *,
    workers: Workers = None,
) -> None:
    """Lend this machine to films on another one (extra [farm]); `dask scheduler` brings them together. Ctrl-C ends."""
    from installation.commands.farm import work

    work(address, workers)


@app.command()
def sound(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE.wav", help="Where the sound goes: 24 bits, 48 kHz.")],
    start: Start = 0.0,
    seconds: Length = None,
    channels: Annotated[
        int, typer.Option(metavar="N", parser=whole("--channels", 1, 8), help="Loudspeakers round the room.")
    ] = 2,
    scene: SceneName = None,
    score: ScoreName = None,
    seed: Seed = None,
    hours: Hours = None,
    config: Config = None,
    journal: Performed = None,
    binaural: Binaural = False,
) -> None:
    """Render the sound alone, faster than it plays."""
    from installation.commands.sound import sound

    _say(sound(Request(config, score, scene, seed, hours), out, start, seconds, channels, journal, binaural))


@app.command()
def check(
    *,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Play pink noise and note what a sound level meter says, instead.")
    ] = False,
    reading: Annotated[
        str | None, typer.Option(metavar="DBA", help="With --calibrate: what it says, so that nobody is asked.")
    ] = None,
    position: Annotated[
        str | None, typer.Option(metavar="TEXT", help="With --calibrate: where the meter stood.")
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", parser=number("--seconds", 0, 3600), help="With --reading: how long it plays."),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --calibrate: loudspeakers, as `play` takes them.")
    ] = None,
    config: Config = None,
) -> None:
    r"""Say what this machine can do: screens, cores, pictures a second, and the size to play at.

    With --calibrate: how loud the room is, so that the fifteen-minute limit of \[hearing] can be kept.
    """
    if not calibrate:
        if any(given is not None for given in (reading, position, seconds, device)):
            raise Mistake("check: --reading, --position, --seconds and --device go with --calibrate")
        from installation.commands.check import check

        check(Request(config))
        return
    from installation.commands.calibrate import calibrate as calibrated

    for line in calibrated(Request(config), reading, position, seconds, device):
        _say(line)


@app.command()
def outputs(
    *,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Show test pictures and bring them into place with keys and mouse.")
    ] = False,
    config: Config = None,
) -> None:
    """List the outputs that share the canvas, the displays that are there, and what is wrong. Exit code 1 where any is.

    What was moved by hand is kept beside the settings, in a file that ends in .outputs.json.
    """
    from installation.commands.outputs import calibrate as calibrated
    from installation.commands.outputs import outputs as listed

    if calibrate:
        _say(calibrated(Request(config)))
        return
    lines, good = listed(Request(config))
    for line in lines:
        _say(line)
    if not good:
        raise typer.Exit(1)


@app.command()
def guard(
    film: Annotated[Path, typer.Argument(metavar="FILE.mp4", help="Any film; it need not be of this piece.")],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE.png", help="A picture of the worst second.")] = None,
) -> None:
    """Say whether a film flashes or shows stripes in a way that can harm: one line, and a table of the rules.

    Exit code 1 when it fails. Judged after WCAG 2.3.1, ITU-R BT.1702 and ISO 9241-391; no medical promise.
    """
    from installation.commands.guard import guard

    if not guard(film, out):
        raise typer.Exit(1)


@app.command()
def controls(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="As the manual shows it.")] = False,
    config: Config = None,
) -> None:
    """List what can be played over OSC: every address, what it takes and what it means."""
    from installation.commands.controls import controls as listed

    _say(listed(Request(config), markdown))


@app.command()
def cues(
    score: Annotated[
        str | None, typer.Argument(metavar="SCORE", help="A file, or a shipped name.", show_default="the venue's")
    ] = None,
    *,
    config: Config = None,
) -> None:
    """List the cues of a score: lengths, waits, notes; of a show that plays here, which one stands by."""
    from installation.commands.cues import cues as listed

    _say(listed(Request(config, score)))


@app.command()
def midi(*, config: Config = None) -> None:
    """List the MIDI devices that are here, and what each of their faders, knobs and pads moves."""
    from installation.commands.midi import midi as listed

    for line in listed(Request(config)):
        _say(line)


@app.command()
def layout(
    controller: Annotated[ControllerName, typer.Argument(help="For which controller.")],
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the surface goes.")],
    score: ScoreName = None,
    config: Config = None,
) -> None:
    """Write a surface for a controller: pages for show, dream, light, sound and sleepers."""
    from installation.commands.layout import Controller, layout

    name: Controller = controller.value
    _say(layout(Request(config, score), name, out))


@app.command()
def replay(
    journal: JournalFile,
    *,
    display: DisplayNumber = None,
    window: WindowSize = None,
    start: StartOfNight = BEGINNING,
    seconds: Ends = None,
    silent: Silent = False,
    device: Device = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS[:PORT]", help="Let controllers watch here: they are told all that was set."),
    ] = None,
    report: ReportFile = None,
    config: Config = None,
    unsupervised: Unsupervised = False,
    supervisor_link: SupervisorLinkOption = None,
    context: typer.Context,
) -> None:
    """Play a performance again, live, as it was played then. Nobody can play on it; with --listen they may watch."""
    wanted = None if window is None else pixels("--window", window)
    from installation.commands.replay import replay

    options = PlayOptions(
        display, wanted, seconds, report, listen, silent=silent, device=device, journal=journal, start=start
    )
    _ended(replay(Request(config), options, Supervision(context.obj, supervisor_link, unsupervised)))


@app.command()
def journal(journal: JournalFile) -> None:
    """Say what happened in a night: its length, sections, the controls that were moved, gaps."""
    from installation.commands.journal import journal as summary

    _say(summary(journal))


@app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say how the show is that runs on this machine: pictures, sound, messages, memory. Exit code 1 where none runs."""
    from installation.commands.status import status

    if not status(as_json):
        raise typer.Exit(1)


@app.command()
def cloud(
    name: Annotated[str, typer.Argument(metavar="NAME", parser=name_of("NAME"), help="Of the cloud.")],
    *,
    seconds: Annotated[
        float, typer.Option(metavar="S", parser=number("--seconds", 1, 3600), help="How long is listened.")
    ] = 2.5,
    config: Config = None,
) -> None:
    r"""Say who plays a show together: who conducts, term, skew, clocks, fps. Exit code 1 where nobody does.

    Takes no part in it, and needs what `pip install sleeptree\[cloud]` brings.
    """
    from installation.commands.cloud import cloud as listed

    lines, anybody = listed(name, seconds, config)
    for line in lines:
        _say(line)
    if not anybody:
        raise typer.Exit(1)


@app.command()
def kiosk(
    step: Annotated[KioskStep, typer.Argument(help="Whether the show begins when this user logs in.")],
    *,
    config: Config = None,
) -> None:
    """Let the show begin by itself when this user logs in, and after every failure; or no longer."""
    from installation.commands.kiosk import install, remove

    for line in install(config) if step is KioskStep.INSTALL else remove():
        _say(line)


@app.command()
def book(
    journal: JournalFile,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE.pdf", help="Where the book goes.")],
    html: Annotated[bool, typer.Option("--html", help="As one page for a browser, FILE.html.")] = False,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of its pictures.")] = "1280x720",
    config: Config = None,
) -> None:
    r"""Make the anthology of a night: pictures, verses, coherence, and visitors' lines that may be printed.

    Needs what `pip install sleeptree\[book]` brings. The same journal gives the same bytes.
    """
    from installation.commands.book import book

    _say(book(journal, out, html, pixels("--size", size), config))


@app.command()
def words(
    step: Annotated[WordsStep, typer.Argument(help="What is to be done.")],
    line: LineNumber = None,
    night: Evening = None,
) -> None:
    """Visitors' lines of a night: list them, decide about one, or take all back. A show that plays follows at once."""
    from installation.commands.words import words

    for said in words(step.value, line, night):
        _say(said)


@app.command()
def projector(
    step: Annotated[ProjectorStep, typer.Argument(help="What is to be done.")],
    config: Config = None,
) -> None:
    """Switch the venue's projectors over PJLink, or say how they are."""
    from installation.commands.projector import projector

    answered = True
    for well, said in projector(step.value, config):
        _say(said)
        answered = answered and well
    if not answered:
        raise typer.Exit(1)


@app.command()
def pages(
    *,
    config: Config = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The code for print: .png or .svg.")] = None,
    serve: Annotated[bool, typer.Option("--serve", hidden=True)] = False,
) -> None:
    """Where visitors find their page, and the code that leads there."""
    from installation.commands import pages

    if serve:
        pages.serve(config)
    else:
        print(pages.pages(config, out))


def _ended(how: int | str) -> None:
    """A supervisor's exit code, or a sentence."""
    if isinstance(how, int):
        raise typer.Exit(how)
    _say(how)


def _say(sentence: str) -> None:
    if sentence:
        print(sentence)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line `arguments` (the process's own when None) and exit: 0 done, 2 bad input, 130 interrupted."""
    ends = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for end in ends:  # a command that must end puts its files in order first
        signal.signal(end, signal.default_int_handler)
    given = sys.argv[1:] if arguments is None else arguments
    command = typer.main.get_command(app)
    refusal = typer.BadParameter.__mro__[2]  # the exception that carries every complaint about the command line
    try:
        code = command.main(args=given or ["--help"], prog_name="sleeptree", standalone_mode=False, obj=tuple(given))
    except Mistake as error:
        code = _refuse(str(error))
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        if not isinstance(error, refusal):
            raise
        code = _refuse(error.format_message().replace("Value error, ", ""))  # type: ignore[attr-defined]
    sys.exit(code if isinstance(code, int) else 0)


def _refuse(text: str) -> int:
    print(f"sleeptree: {plain(' '.join(text.split()))}", file=sys.stderr)
    return 2
